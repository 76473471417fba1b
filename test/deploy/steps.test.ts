/** How steps are run, and what is insisted on once a runtime was shipped. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { RuntimeName } from "../../durable/core/names.ts";
import { runSteps } from "../../scripts/deploy/run-steps.ts";
import { healthStep, startStep } from "../../scripts/deploy/start-runtime.ts";
import type { Step, StepEnd } from "../../scripts/deploy/target.ts";
import { Console } from "../../scripts/terminal/console.ts";

const quiet = new Console(true);
quiet.warn = () => undefined;
const runtime = "cloud" as RuntimeName;
const none = new AbortController().signal;

function step(title: string, end: StepEnd): Step {
  return { runtime, title, run: async () => end };
}

describe("steps", () => {
  it("stop at the first that fails, and what follows remains", async () => {
    const steps = [step("a", { ok: true }), step("b", { ok: false, reason: "no" }), step("c", { ok: true })];
    expect(await runSteps(steps, quiet, none)).toEqual({
      done: ["a"],
      failed: { title: "b", reason: "no" },
      remaining: ["c"],
    });
  });

  it("are told one by one, also where the result is JSON", async () => {
    const told: string[] = [];
    const json = new Console(true);
    json.warn = (line) => void told.push(line);
    await runSteps([step("a", { ok: true, note: "all" }), step("b", { ok: true })], json, none);
    expect(told).toEqual(["done: a (all)", "done: b"]);
  });

  it("are not begun after an interruption", async () => {
    const end = await runSteps([step("a", { ok: true })], quiet, AbortSignal.abort());
    expect(end).toEqual({ done: [], failed: { title: "a", reason: "It was interrupted." }, remaining: [] });
  });
});

let server: Server | undefined;
afterEach(() => server?.close());

/** A runtime that gives these answers one after the other, the last one for ever. */
async function shippedWith(...answers: readonly (readonly [status: number, body: object])[]) {
  let asked = 0;
  server = createServer((_request, response) => {
    const [status, body] = answers[Math.min(asked, answers.length - 1)] ?? [500, {}];
    asked += 1;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const reach = () => Promise.resolve({ ok: true, url } as const);
  return { shipped: { runtime, reach, token: "a-token", waitMs: 10_000 }, asked: () => asked };
}

const started = { runtime, naming: { ok: true }, atoms: [{ name: "cloud/a", ok: true }] };
const unwell = (code: string) => ({ ...started, atoms: [{ name: "cloud/a", ok: false, detail: "no", code }] });

describe("a runtime that was shipped", () => {
  it("tells a token that it does not take from all else, by the kind of the failure", async () => {
    const { shipped } = await shippedWith([401, {}]);
    const end = await runSteps([startStep({ ...shipped, waitMs: 0 })], quiet, none);
    expect(end.failed).toMatchObject({ kind: "denied" });
  });

  it("1: is started again until it is there", async () => {
    const { shipped, asked } = await shippedWith([404, {}], [200, unwell("UNAVAILABLE")], [200, started]);
    expect(await startStep(shipped).run(none)).toMatchObject({ ok: true });
    expect(asked()).toBe(3);
  });

  it("1: is given up when the time is up, with the last reason", async () => {
    const { shipped } = await shippedWith([503, { detail: "Not deployed yet." }]);
    const end = await startStep({ ...shipped, waitMs: 0 }).run(none);
    expect(end).toMatchObject({ ok: false, reason: expect.stringContaining("Not deployed yet.") });
  });

  it("2: is given up at once where a module keeps an atom from running", async () => {
    const { shipped, asked } = await shippedWith([200, unwell("NOT_STARTED")]);
    const end = await startStep(shipped).run(none);
    expect(end).toEqual({ ok: false, reason: "The atom cloud/a did not start: no" });
    expect(asked()).toBe(1);
  });

  it("is well once the version that was deployed answers for the application", async () => {
    const well = { status: "ok", app: "tour", runtime };
    const version = (name: string) => ({ app: "tour", runtime, leader: runtime, version: name, atoms: [] });
    const { shipped } = await shippedWith([200, well], [200, version("old")], [200, well], [200, version("new")]);
    expect(await healthStep(shipped, "tour", "new").run(none)).toEqual({ ok: true, note: "version new" });
    const other = await healthStep({ ...shipped, waitMs: 0 }, "other", "new").run(none);
    expect(other).toMatchObject({ ok: false });
  });
});
