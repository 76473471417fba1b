/** What compilers say has their own colours where the terminal has some, and none elsewhere; files and lines are there in any case. */
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, it, vi, type TestContext } from "vitest";
import { compileModules } from "../../scripts/compile/compile-modules.ts";
import { detectSource, isSource } from "../../scripts/compile/source.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

// Compilers that have colours by themselves on a build machine are told as well.
vi.stubEnv("CI", "true");
vi.stubEnv("FORCE_COLOR", "1");

const place = { kind: "file", file: "formula.toml", line: 1, column: 1 } as const;

async function diagnostics(name: string, colours: boolean, context: TestContext): Promise<string> {
  const source = detectSource(path.join(space.folder, name));
  if (!isSource(source)) throw new Error(source.message);
  const folders = { cacheFolder: path.join(space.folder, "cache"), workFolder: path.join(space.folder, "work") };
  const options = { root: space.folder, ...folders, colours };
  const [result] = await compileModules([{ name, source, metered: true, place }], options);
  if (result?.kind === "no toolchain") return context.skip(result.message);
  if (result?.kind !== "refused") throw new Error("It compiled.");
  return result.diagnostics;
}

space.write("a.ts", 'export function invoke(): void {\n  const n: i32 = "text";\n}\n');
space.write("a.c", 'void invoke(void) {\n  int n = "text" * 2;\n}\n');
space.write(
  "rs/Cargo.toml",
  '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n',
);
space.write("rs/src/lib.rs", 'pub fn invoke() {\n    let _n: i32 = "text";\n}\n');
space.write("a.zig", 'export fn invoke() void {\n    const n: i32 = "text";\n    _ = n;\n}\n');

const WRONG = [
  ["a.ts", /a\.ts\(2,18\)/],
  ["a.c", /a\.c:2:18: error/],
  ["rs", /src\/lib\.rs:2:19/],
  ["a.zig", /a\.zig:2:20: error/],
] as const;

describe.each(WRONG)("the compiler of %s names file and line", { timeout: 120_000 }, (name, line) => {
  it("with colours where they are wanted", async (context) => {
    const said = await diagnostics(name, true, context);
    expect(said).toContain("\u001b[");
    expect(stripVTControlCharacters(said)).toMatch(line);
  });

  it("without, elsewhere", async (context) => {
    const said = await diagnostics(name, false, context);
    expect(said).not.toContain("\u001b");
    expect(said).toMatch(line);
  });
});
