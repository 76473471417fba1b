/** docs/abi.md, section 1: "A pointer range outside linear memory traps the atom; it never reads or harms the host." */
import { describe, expect, test } from "vitest";
import { ABI } from "../../durable/engine/abi.ts";
import { call, grow, Stage, type FunctionName } from "./puppet.ts";

const MEMORY_BYTES = 80 * 65_536;

/** Every function that takes ranges: `r` is one (two arguments), `n` a number, as section 4 lists them. */
const RANGES: Readonly<Partial<Record<FunctionName, string>>> = {
  "core.take": "r",
  "core.last_error": "r",
  "core.self_name": "r",
  "core.config": "rr",
  "core.log": "nr",
  "core.random": "r",
  "messaging.send": "rr",
  "messaging.receive": "nr",
  "messaging.sender": "r",
  "messaging.reply": "r",
  "messaging.fail": "r",
  "messaging.reply_to": "nr",
  "messaging.interrupt": "rnr",
  "future.request": "rrn",
  "future.await": "nnr",
  "kv.get": "rr",
  "kv.put": "rr",
  "kv.delete": "r",
  "kv.scan": "rrnnr",
  "naming.resolve": "rr",
  "naming.lookup": "rrnnr",
  "naming.alias": "rr",
  "naming.unalias": "rr",
  "http.head": "r",
  "http.respond": "nrr",
  "http.fetch": "rr",
};

/** Each range of each function in turn. */
const CASES = Object.entries(RANGES).flatMap(([name, shape]) => {
  const indexes = [...shape].flatMap((kind, index) => (kind === "r" ? [index] : []));
  return indexes.map((index, place) => [name as FunctionName, place + 1, shape, index] as const);
});

/** Arguments of the shape: the range at `index` is (ptr, len), the others are empty. */
function argumentsOf(shape: string, index: number, ptr: number, len: number): number[] {
  return [...shape].flatMap((kind, at) => (kind === "n" ? [0] : at === index ? [ptr, len] : [0, 0]));
}

async function outcome(name: FunctionName, args: readonly number[]): Promise<{ text: string; alive: boolean }> {
  const stage = new Stage({ name: "a", attemptsMax: 1 });
  await stage.tell("a", call(name, ...args));
  const text = stage.trapText("a");
  await stage.advance(1_000);
  stage.trace("a");
  const alive = (await stage.tell("a", call("messaging.kind"))).includes("messaging.kind = 0");
  return { text, alive };
}

const WRONG: readonly (readonly [string, number, number])[] = [
  ["a range that ends one byte behind the memory", MEMORY_BYTES - 3, 4],
  ["a range that begins behind the memory", MEMORY_BYTES + 1, 0],
  ["the highest pointer", -1, 1],
  ["a negative length", 16, -1],
];

describe.each(WRONG)("§1 %s traps", (_, ptr, len) => {
  test.each(CASES)("%s, range %i", async (name, _place, shape, index) => {
    const { text, alive } = await outcome(name, argumentsOf(shape, index, ptr, len));
    expect(text).toMatch(/^The range \[\d+, \d+\) leaves the atom's memory of 5242880 bytes\.\n/);
    expect(alive).toBe(true);
  });
});

test.each(CASES)(
  "§1 an empty range at the very end of the memory is inside it: %s, range %i",
  async (name, _place, shape, index) => {
    const { text } = await outcome(name, argumentsOf(shape, index, MEMORY_BYTES, 0));
    expect(text).toBe("");
  },
);

test("§1 the list of functions with ranges is complete", () => {
  const tables = Object.entries(ABI).flatMap(([module, functions]) =>
    Object.entries(functions).map(([name, { params }]) => [`${module.slice("radon:".length)}.${name}`, params.length]),
  );
  const listed = tables.filter(([name]) => Object.hasOwn(RANGES, String(name)));
  const widthOf = (shape: string) => [...shape].reduce((sum, kind) => sum + (kind === "r" ? 2 : 1), 0);
  expect(Object.fromEntries(listed)).toEqual(
    Object.fromEntries(Object.entries(RANGES).map(([name, shape]) => [name, widthOf(shape)])),
  );
  // Whatever has at most two arguments that are no range is known by name.
  const others = tables.filter(([name]) => !Object.hasOwn(RANGES, String(name)));
  expect(others.filter(([, width]) => Number(width) > 1).map(([name]) => name)).toEqual([
    "future.on_complete",
    "interrupt.on",
  ]);
});

test("§1 memory that the atom has grown is inside", async () => {
  const stage = new Stage("a");
  const lines = await stage.tell(
    "a",
    grow(1),
    call("kv.put", MEMORY_BYTES, 4, MEMORY_BYTES + 65_532, 4),
    call("kv.get", MEMORY_BYTES, 4, MEMORY_BYTES + 8, 4),
  );
  expect(lines).toEqual(["grow = 80", "kv.put = 0", "kv.get = 4"]);
});
