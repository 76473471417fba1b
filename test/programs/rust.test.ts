/** A program of Rust's standard library, built for WASI, as a reactive atom: each request is a run of it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, type TestContext } from "vitest";
import { START_MS, shownAnswer, World } from "../engine/engine-harness.ts";
import { compile } from "../engine/wat.ts";

const folder = join(import.meta.dirname, "../../.radon/programs");
/** The one on the PATH, then Debian's, which another one may hide. */
const COMPILERS = ["rustc", "/usr/bin/rustc"].flatMap((rustc) =>
  ["wasm32-wasip1", "wasm32-wasi"].map((target) => [rustc, target] as const),
);

/** The module, or undefined if no compiler here has a standard library for WASI. */
function build(): WebAssembly.Module | undefined {
  mkdirSync(folder, { recursive: true });
  const out = join(folder, "std.wasm");
  const built = COMPILERS.some(([rustc, target]) => {
    const args = ["--target", target, join(import.meta.dirname, "std.rs"), "-o", out];
    return spawnSync(rustc, args, { env: { ...process.env, RUSTC_WRAPPER: "" } }).status === 0;
  });
  return built ? compile(readFileSync(out)) : undefined;
}

describe("Rust's standard library", () => {
  const module = build();

  async function run(context: TestContext, word: string): Promise<{ text: string; world: World }> {
    if (!module) return context.skip("There is no Rust with a standard library for WASI on this machine.");
    const world = new World([{ name: "a", module, config: { CITY: "Málaga", args: "-v día" } }]);
    return { text: shownAnswer(await world.ask("a", word)), world };
  }

  const EXPECTED: readonly (readonly [string, string])[] = [
    ["args", '["cloud/a", "-v", "día"]\n'],
    ["env", 'Ok("Málaga")\n'],
    ["sleep", "1500\n"],
    ["time", `${START_MS}\n`],
    ["map", "42\n"],
    ["exit", "REMOTE: The atom exited with code 7."],
    ["nonsense", 'REMOTE: The atom exited with code 1.\nError: "there is no nonsense"'],
  ];
  for (const [word, expected] of EXPECTED) {
    test(word, async (context) => expect((await run(context, word)).text).toBe(expected));
  }

  for (const word of ["file", "socket", "thread"]) {
    test(`${word}: there is none, and it is told so`, async (context) => {
      const { text, world } = await run(context, word);
      expect(text).toMatch(/not supported|not implemented|no such|operation|descriptor/i);
      expect(world.trapText("a")).toBe("");
    });
  }

  test("panic: a trap, and the log has its message", async (context) => {
    const { text, world } = await run(context, "panic");
    expect(text).toContain("RuntimeError: unreachable");
    expect(world.logs("a").join("\n")).toContain("told to");
  });
});
