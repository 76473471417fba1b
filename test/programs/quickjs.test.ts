/** QuickJS, which knows nothing of Radon, as a reactive atom: each request is a script, and finds an engine that wizer started at build time. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type TestContext } from "vitest";
import { shownAnswer, World } from "../engine/engine-harness.ts";
import { compile } from "../engine/wat.ts";

const file = join(import.meta.dirname, "../../.radon/programs/quickjs.wasm");
const module = existsSync(file) ? compile(readFileSync(file)) : undefined;

/** Runs scripts one after the other; what each of them replied. */
async function run(context: TestContext, ...scripts: readonly string[]): Promise<string[]> {
  if (!module)
    return context.skip("QuickJS is not built: atoms/programs/quickjs/build.sh .radon/programs/quickjs.wasm does it.");
  const world = new World([{ name: "a", module, config: { CITY: "Milan" }, attemptsMax: 1 }]);
  const answers = [];
  for (const script of scripts) answers.push(shownAnswer(await world.ask("a", script)));
  return answers;
}

test("prints, computes, and knows its environment", async (context) => {
  const script = `print("hello", 6 * 7, getenv("CITY"), JSON.stringify({ a: [1n].length, b: /x(.)/.exec("xy")[1] }))`;
  expect(await run(context, script)).toEqual(['hello 42 Milan {"a":1,"b":"y"}\n']);
});

test("catches errors, has generators, and runs what promises leave to do", async (context) => {
  const caught = `try { null.x } catch (error) { print(error.name) } print([...function* () { yield 1; yield 2; }()])`;
  const later = `(async () => { await 0; print("then"); })(); print("first")`;
  expect(await run(context, caught, later)).toEqual(["TypeError\n1,2\n", "first\nthen\n"]);
});

test("an error that it does not catch is the request's failure, with its own words", async (context) => {
  const [failed] = await run(context, `function f() { throw new RangeError("no such thing") }\nf()`);
  expect(failed).toMatch(/^REMOTE: The atom exited with code 1\.\nRangeError: no such thing\n {4}at f \(stdin/);
});

test("no global of one script is left in the next, and chance and time are not those of the build", async (context) => {
  const script = `globalThis.n = (globalThis.n ?? 0) + 1; print(n, Math.random(), Date.now() > 0)`;
  const [first = "", second = ""] = await run(context, script, script);
  expect([first, second].map((each) => each.split(" ")[0])).toEqual(["1", "1"]);
  expect(first).not.toBe(second);
});

test("a script without an end is ended by its budget, and one that goes too deep by its stack", async (context) => {
  const [endless, deep] = await run(context, `for (;;) {}`, `(function f() { f() })()`);
  expect(endless).toContain("REMOTE: The atom used more than 10000 ms of CPU in one turn");
  expect(deep).toMatch(/stack/i);
});
