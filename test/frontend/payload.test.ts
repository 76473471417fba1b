/** The bodies of requests as the frontend reads them: each within its limits, and all together within a budget. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BodyBudget } from "../../workers/frontend/body-budget.ts";
import { BODY_MS_MAX, readPayload } from "../../workers/frontend/payload.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A request whose body comes as the test says. */
function slowRequest(): { request: Request; send(bytes: number): void; end(): void } {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  const init = { method: "POST", body, duplex: "half" };
  return {
    request: new Request("http://runtime.test/", init as RequestInit),
    send: (bytes) => controller?.enqueue(new Uint8Array(bytes).fill(7)),
    end: () => controller?.close(),
  };
}

async function problemOf(answer: Promise<Uint8Array | Response>): Promise<unknown> {
  const response = await answer;
  if (!(response instanceof Response)) return "no problem";
  const { status, code } = await response.json<{ status: number; code: string }>();
  return { status, code, retryAfter: response.headers.get("retry-after") };
}

describe("the budget of all bodies", () => {
  test("2: a body that would exceed it is refused for the time being, and those that are there go on", async () => {
    const budget = new BodyBudget(100);
    const first = slowRequest();
    const second = slowRequest();
    const reading = readPayload(first.request, budget);
    first.send(60);
    const refused = readPayload(second.request, budget);
    second.send(60);
    expect(await problemOf(refused)).toEqual({ status: 429, code: "BUSY", retryAfter: "1" });
    first.send(40);
    first.end();
    expect(await reading).toEqual(new Uint8Array(100).fill(7));
  });

  test("2: is given back by each that was read, refused or broken off", async () => {
    const budget = new BodyBudget(100);
    for (let round = 0; round < 3; round += 1) {
      const whole = slowRequest();
      const reading = readPayload(whole.request, budget);
      whole.send(100);
      whole.end();
      expect(await reading).toHaveLength(100);
      const large = slowRequest();
      const refused = readPayload(large.request, budget);
      large.send(60);
      large.send(60);
      expect(await problemOf(refused)).toMatchObject({ status: 429 });
    }
    expect(budget.take(100)).toBe(true);
  });
});

test("2: a body that does not come to its end is waited for so long", async () => {
  const budget = new BodyBudget(100);
  const stuck = slowRequest();
  const reading = problemOf(readPayload(stuck.request, budget));
  stuck.send(60);
  await vi.advanceTimersByTimeAsync(BODY_MS_MAX);
  expect(await reading).toEqual({ status: 408, code: "TIMEOUT", retryAfter: null });
  expect(budget.take(100)).toBe(true);
});
