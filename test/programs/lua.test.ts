/** Debian's Lua, which knows nothing of Radon, as a reactive atom: each request is a script. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type TestContext } from "vitest";
import { shownAnswer, World } from "../engine/engine-harness.ts";
import { compile } from "../engine/wat.ts";

const file = join(import.meta.dirname, "../../.radon/programs/lua.wasm");
const module = existsSync(file) ? compile(readFileSync(file)) : undefined;

/** Runs scripts one after the other; what each of them replied. */
async function run(context: TestContext, ...scripts: readonly string[]): Promise<string[]> {
  if (!module) return context.skip("Lua is not built: atoms/programs/lua/build.sh .radon/programs/lua.wasm does it.");
  const world = new World([{ name: "a", module, config: { args: "-", CITY: "Milan" }, attemptsMax: 1 }]);
  const answers = [];
  for (const script of scripts) answers.push(shownAnswer(await world.ask("a", script)));
  return answers;
}

test("prints, computes, and knows its environment", async (context) => {
  const script = `print("hello", 6 * 7, os.getenv("CITY"), string.format("%.2f", math.pi))`;
  expect(await run(context, script)).toEqual(["hello\t42\tMilan\t3.14\n"]);
});

test("catches errors, and yields from coroutines", async (context) => {
  const caught = `print(pcall(error, "x")) print(select("#", pcall(string.rep)))`;
  const yielded = `local next = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
    print(next(), next(), next())`;
  expect(await run(context, caught, yielded)).toEqual(["false\tx\n2\n", "1\t2\t3\n"]);
});

test("an error that it does not catch is the request's failure, with Lua's own words", async (context) => {
  const [failed, exited] = await run(context, `error("no such thing")`, `io.write("lost") os.exit(3)`);
  expect(failed).toMatch(/^REMOTE: The atom exited with code 1\.\ncloud\/a: stdin:1: no such thing\nstack traceback:/);
  expect(exited).toBe("REMOTE: The atom exited with code 3.");
});

test("has no files, and no global of one script is left in the next", async (context) => {
  const [file = "", first, second] = await run(context, `print(io.open("x", "w"))`, `n = 1 print(n)`, `print(n)`);
  expect(file).toMatch(/^nil\tx: /);
  expect([first, second]).toEqual(["1\n", "nil\n"]);
});

test("a script without an end is ended by its budget", async (context) => {
  const [ended] = await run(context, `while true do end`);
  expect(ended).toContain("REMOTE: The atom used more than 10000 ms of CPU in one turn");
});
