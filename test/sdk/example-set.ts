/**
 * The example set, the same atoms in each language, in a real runtime: `atoms/sdk/LANGUAGE/examples/formula.toml` is built and run as a user
 * would, and each atom does what its neighbours in other languages do. What the atoms are:
 *
 *   echo         replies the payload of a request, byte for byte
 *   counter      GET /counter tells {"count":N}, POST adds one; a request adds the number it carries, and fails on what is none
 *   ticker       a daemon that adds its step to `ticks` again and again; interrupt 1 sets the step, a request gets "ticks=N step=M"
 *   asker        asked "NAME TEXT", it asks that atom, and replies "NAME says: REPLY" or "NAME: CODE: SENTENCE"
 *   notes        put, get, delete, list and last on its store
 *   left, right  left asks right, which asks left back: N becomes 2N, and 2N + 1
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MissingTool, Tool } from "../../scripts/compile/compiler.ts";
import { startRadon, temporaryFolder, type RadonProcess } from "../end-to-end/radon-process.ts";
import { eventually, ExampleAtoms } from "./example-atoms.ts";

const SDKS = join(import.meta.dirname, "../../atoms/sdk");
const ATOMS = ["echo", "counter", "ticker", "asker", "notes", "left", "right"] as const;
/** A cold build of the whole set, then the start of the runtime. */
const START_MS_MAX = 120_000;
const PAYLOAD_BYTES_MAX = 1024 * 1024;
const NOTES = 300;

/** `language` is the folder of its SDK, `tool` what its compiler's `find` says. */
export function describeExampleSet(language: string, tool: Tool | MissingTool): void {
  if (tool.kind === "missing") {
    test(`the example set in ${language}`, (context) => context.skip(`${tool.message} ${tool.remedy}`));
    return;
  }
  describeExamples(`the example set in ${language}`, join(SDKS, language, "examples/formula.toml"));
}

/** `formula`: the file of an application that is the set, its runtime called `local`. */
export function describeExamples(title: string, formula: string): void {
  describe(title, () => {
    const data = temporaryFolder();
    let radon: RadonProcess;
    let atoms: ExampleAtoms;

    beforeAll(async () => {
      radon = await startRadon(formula, data.path);
      atoms = new ExampleAtoms(radon.url);
    }, START_MS_MAX);
    afterAll(async () => {
      // It is not there if it did not start, which is told already.
      await radon?.stop();
      data.remove();
    });

    describe("echo", () => describeEcho(() => atoms));
    describe("counter", () => describeCounter(() => atoms));
    describe("ticker", () => describeTicker(() => atoms));
    describe("asker", () => describeAsker(() => atoms));
    describe("notes", () => describeNotes(() => atoms));
    describe("left and right", () => describePair(() => atoms));

    test("none of them trapped", async () => {
      for (const atom of ATOMS) expect([atom, await atoms.lastTrap(atom)]).toEqual([atom, null]);
    });
  });
}

function describeEcho(atoms: () => ExampleAtoms): void {
  test.each([
    ["every byte", Uint8Array.from({ length: 1024 }, (_, index) => index * 7)],
    ["no byte at all", new Uint8Array()],
    ["as many bytes as a payload may have", new Uint8Array(PAYLOAD_BYTES_MAX).fill(0xa5)],
  ])("replies %s", async (_, payload) => {
    const { status, bytes } = await atoms().request("echo", payload);
    expect([status, Buffer.compare(bytes, payload)]).toEqual([200, 0]);
  });
}

function describeCounter(atoms: () => ExampleAtoms): void {
  const json = (text: string) => ({ status: 200, type: expect.stringMatching(/^application\/json/), text });

  test("GET reads, POST adds one, and no other method is allowed", async () => {
    expect(await atoms().http("GET", "/counter")).toMatchObject(json('{"count":0}'));
    expect(await atoms().http("POST", "/counter")).toMatchObject(json('{"count":1}'));
    for (const method of ["PUT", "DELETE"]) expect((await atoms().http(method, "/counter")).status).toBe(405);
    expect(await atoms().http("GET", "/counter")).toMatchObject(json('{"count":1}'));
  });

  test("a request adds the number that it carries, and the store has the sum in digits", async () => {
    expect(await atoms().ask("counter", "41")).toBe("42");
    expect(await atoms().ask("counter", "-50")).toBe("-8");
    expect(await atoms().stored("counter", "count")).toBe("-8");
    expect(await atoms().http("POST", "/counter")).toMatchObject(json('{"count":-7}'));
  });

  test("what is no number is refused by name, and adds nothing", async () => {
    for (const nonsense of ["nonsense", "12 apples", "0x10", "-"])
      expect(await atoms().refusal("counter", nonsense)).toContain(nonsense);
    await atoms().refusal("counter", "");
    expect(await atoms().stored("counter", "count")).toBe("-7");
  });
}

function describeTicker(atoms: () => ExampleAtoms): void {
  const state = async () => {
    const text = await atoms().ask("ticker", "how far?");
    const [, ticks, step] = /^ticks=(\d+) step=(\d+)$/.exec(text) ?? [text];
    return { ticks: Number(ticks), step: Number(step) };
  };

  test("counts by itself, and answers between its ticks", async () => {
    const before = await state();
    expect(before.step).toBe(1);
    const { ticks, step } = await eventually(state, ({ ticks }) => ticks > before.ticks + 2);
    expect(step).toBe(1);
    expect(ticks).toBeGreaterThan(before.ticks + 2);
    expect(Number(await atoms().stored("ticker", "ticks"))).toBeGreaterThanOrEqual(ticks);
  });

  test("takes longer steps once an interrupt says so", async () => {
    expect(await atoms().interrupt("ticker", 1, "1000000")).toBe(202);
    const { ticks, step } = await eventually(state, ({ ticks }) => ticks > 1_000_000);
    expect(step).toBe(1_000_000);
    expect(ticks).toBeGreaterThan(1_000_000);
  });
}

function describeAsker(atoms: () => ExampleAtoms): void {
  test("passes a question on, and tells the reply", async () => {
    expect(await atoms().ask("asker", "echo good morning, Zoë")).toBe("echo says: good morning, Zoë");
    expect(await atoms().ask("asker", "counter 0")).toMatch(/^counter says: -?\d+$/);
  });

  test("tells why there is no reply, by the code and the sentence", async () => {
    expect(await atoms().ask("asker", "nobody hello")).toMatch(/^nobody: NOT_FOUND: .*nobody/);
    expect(await atoms().ask("asker", "counter nonsense")).toMatch(/^counter: REMOTE: .*nonsense/);
    expect(await atoms().ask("asker", "asker echo hello")).toMatch(/^asker: DEADLOCK: ./);
  });
}

function describeNotes(atoms: () => ExampleAtoms): void {
  const ask = (text: string) => atoms().ask("notes", text);

  test("keeps a note under its key until it is deleted", async () => {
    expect(await ask("get plan")).toBe("NOT_FOUND");
    expect(await ask("put plan sleep, then an espresso in Besançon")).toBe("ok");
    expect(await ask("get plan")).toBe("sleep, then an espresso in Besançon");
    expect(await ask("put plan work")).toBe("ok");
    expect(await ask("get plan")).toBe("work");
    expect([await ask("delete plan"), await ask("delete plan")]).toEqual(["ok", "NOT_FOUND"]);
    expect(await ask("get plan")).toBe("NOT_FOUND");
  });

  test("lists the notes under a prefix in the order of their keys, all of them and no others", async () => {
    for (const outside of ["a", "m", "m.", "m0", "z"]) await ask(`put ${outside} outside`);
    const lines = Array.from({ length: NOTES }, (_, index) => `m/${index}=note ${index}`);
    const order = lines.toSorted((a, b) => ((a.split("=")[0] ?? "") < (b.split("=")[0] ?? "") ? -1 : 1));
    await Promise.all(lines.map((line) => ask(`put ${line.replace("=", " ")}`)));
    expect((await ask("list m/")).split("\n")).toEqual(order);
    expect(await ask("last m/")).toBe(order.at(-1));
    expect(await ask("list m/29")).toBe(order.filter((line) => line.startsWith("m/29")).join("\n"));
    expect([await ask("list none/"), await ask("last none/")]).toEqual(["", "NOT_FOUND"]);
  });

  test("says how it is used where it is told anything else", async () => {
    for (const wrong of ["", "put", "put key", "forget it"]) {
      const usage = await atoms().refusal("notes", wrong);
      for (const verb of ["put", "get", "delete", "list", "last"]) expect(usage).toContain(verb);
    }
  });
}

function describePair(atoms: () => ExampleAtoms): void {
  test("left answers right while it waits for right", async () => {
    expect(await atoms().ask("left", "21")).toBe("43");
    expect(await atoms().ask("left", "-3")).toBe("-5");
  });

  test("as often as it is asked", async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((number) => atoms().ask("left", `${number}`)));
    expect(answers).toEqual(numbers.map((number) => `${2 * number + 1}`));
  });
}
