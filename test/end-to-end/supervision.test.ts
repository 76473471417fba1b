/**
 * Supervision over HTTP: an atom that computes for ever freezes nobody, is stopped, and says so; what it cannot handle goes to the
 * dead letters and is delivered again once the atom is mended.
 */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRadon, temporaryFolder, type RadonProcess } from "./radon-process.ts";

const application = temporaryFolder();
const data = temporaryFolder();
let radon: RadonProcess;

beforeAll(async () => {
  cpSync(join(import.meta.dirname, "applications/supervised"), application.path, { recursive: true });
  radon = await startRadon(join(application.path, "formula.toml"), data.path);
});
afterAll(async () => {
  // It is not there if it did not start, which is told already.
  await radon?.stop();
  application.remove();
  data.remove();
});

async function post(path: string, body: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${radon.url}${path}`, { method: "POST", body });
  return { status: response.status, text: await response.text() };
}

interface State {
  readonly state: string;
  readonly deadLetters: number;
  readonly lastTrap: { readonly text: string } | null;
  readonly counters: { readonly restarts: number };
}
interface Letter {
  readonly id: number;
  readonly reason: string;
  readonly payload: string;
}

async function get<T>(atom: string, what: string): Promise<T> {
  return (await (await fetch(`${radon.url}/_radon/v1/atoms/main/${atom}${what}`)).json()) as T;
}

async function ticks(): Promise<number> {
  const { entries } = await get<{ entries: { key: string; value: string }[] }>("ticker", "/kv");
  return entries.find(({ key }) => key === "ticks")?.value.length ?? 0;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error("It did not come to pass within 30 s.");
    await sleep(50);
  }
}

describe("an atom that computes without end", () => {
  test(
    "lets its neighbours answer, and timers fire, until it is stopped with a reason",
    { timeout: 60_000 },
    async () => {
      await post("/echo", "warm");
      const before = await ticks();
      const spinning = post("/spin", "spin");
      await until(async () => (await get<State>("spinner", "")).state === "running");
      const start = performance.now();
      for (let i = 0; i < 10; i += 1) expect(await post("/echo", `${i}`)).toEqual({ status: 200, text: `${i}` });
      const tenMs = performance.now() - start;
      const { state } = await get<State>("spinner", "");
      expect([state, tenMs < 2_000]).toEqual([expect.stringMatching(/running|backoff/), true]);

      const { status, text } = await spinning;
      expect([status, text]).toEqual([502, expect.stringContaining("used more than 1000 ms of CPU in one turn")]);
      expect((await ticks()) - before).toBeGreaterThan(20);
    },
  );

  test("its state and its dead letters say what and where, and it handles what comes next", async () => {
    const { lastTrap, deadLetters } = await get<State>("spinner", "");
    expect(lastTrap?.text.split("\n").map((line) => line.trim().split(" (")[0])).toEqual([
      "The atom used more than 1000 ms of CPU in one turn without a blocking point",
      "at spin",
      "at invoke",
    ]);
    expect(deadLetters).toBe(1);
    const { deadLetters: letters } = await get<{ deadLetters: Letter[] }>("spinner", "/dead-letters");
    expect(letters).toMatchObject([
      { payload: "spin", reason: expect.stringMatching(/trapped the atom 2 times.*CPU/s) },
    ]);
    expect(await post("/spin", "ok")).toEqual({ status: 200, text: "ok" });
  });

  test("an interrupt that it allows ends its computation", async () => {
    const listening = post("/listen", "done");
    await until(async () => (await get<State>("listener", "")).state === "running");
    const sent = await fetch(`${radon.url}/_radon/v1/atoms/main/listener/interrupts/1`, { method: "POST" });
    expect(sent.status).toBe(202);
    expect(await listening).toEqual({ status: 200, text: "done" });
  });
});

test("an atom that wants more memory than it may have is told by its own language, its owner by the trap", async () => {
  const { status, text } = await post("/eat", "all");
  expect([status, text]).toEqual([502, expect.stringMatching(/unreachable.*limited to 2 MiB.*memory_mb/s)]);
});

test(
  "a poison message goes to the dead letters, and is handled once the module is mended",
  { timeout: 60_000 },
  async () => {
    expect((await post("/pick", "poison")).status).toBe(502);
    expect(await post("/pick", "fine")).toEqual({ status: 200, text: "fine" });
    const { deadLetters } = await get<{ deadLetters: Letter[] }>("picky", "/dead-letters");
    expect(deadLetters).toMatchObject([{ payload: "poison", reason: expect.stringContaining("at refuse") }]);
    expect(await keys("picky")).toEqual(["fine"]);

    const file = join(application.path, "picky.wat");
    writeFileSync(file, readFileSync(file, "utf8").replace("(func $refuse unreachable)", "(func $refuse)"));
    await radon.printed(/reloaded\./);
    const path = `/_radon/v1/atoms/main/picky/dead-letters/${deadLetters[0]?.id}/redeliver`;
    expect((await fetch(`${radon.url}${path}`, { method: "POST" })).status).toBe(202);
    await until(async () => (await keys("picky")).includes("poison"));
    expect((await get<State>("picky", "")).deadLetters).toBe(0);
  },
);

async function keys(atom: string): Promise<string[]> {
  const { entries } = await get<{ entries: { key: string }[] }>(atom, "/kv");
  return entries.map(({ key }) => key);
}
