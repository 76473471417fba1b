/** What newcomers are told when a source compiles, or nearly, and yet is no atom: in the terms of their language, and of their files. */
import path from "node:path";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { compileModules } from "../../scripts/compile/compile-modules.ts";
import { missingToolOf } from "../../scripts/compile/compile-source.ts";
import { problemsOfModules } from "../../scripts/formula/check-modules.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import type { Problem } from "../../scripts/formula/problems.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

/** What a build says of an atom with this source; where its compiler is not there, the test says so. */
async function problemsOf(source: string, context: TestContext): Promise<Problem[]> {
  const text = `app = "a"\n[[atom]]\nname = "x"\nsource = "${source}"\n`;
  const { formula } = loadFormula(space.write("formula.toml", text), { environment: {} });
  const [module] = formula?.modules ?? [];
  if (formula === undefined || module === undefined) throw new Error("The formula is wrong.");
  const missing = await missingToolOf(module.source);
  if (missing !== undefined) context.skip(missing.message);
  const folders = { cacheFolder: path.join(space.folder, "cache"), workFolder: path.join(space.folder, "work") };
  return problemsOfModules(formula, await compileModules(formula.modules, { root: space.folder, ...folders }));
}

describe("what the linker misses", () => {
  it("is told with the sources that it misses it in, and no file of the build", async (context) => {
    space.write(
      "linked/one.c",
      'int two(void);\n__attribute__((export_name("invoke"))) void invoke(void) { two(); }\n',
    );
    space.write("linked/other.c", "int other(void) { return 3; }\n");
    const [problem] = await problemsOf("linked", context);
    expect(problem?.details).toMatch(/linked\/one\.c: undefined symbol: two/);
    expect(problem?.details).not.toMatch(/\.o\b|\/work\/|\/tmp\//);
  });
});

const BODILESS: readonly (readonly [language: string, files: Readonly<Record<string, string>>, advice: RegExp])[] = [
  [
    "AssemblyScript",
    { "index.ts": "export function invok(): void {}\n" },
    /^Export .*: export function invoke\(\): void/,
  ],
  ["C", { "index.c": "#include <radon.h>\nvoid invoke(void) {}\n" }, /RADON_INVOKE\(\) .*<radon\.h>/],
  ["C++", { "index.cpp": "#include <radon.hpp>\nvoid invoke() {}\n" }, /RADON_REACTIVE\(function\).*<radon\.hpp>/],
  [
    "Rust",
    {
      "Cargo.toml": '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n',
      "src/lib.rs": "pub fn invoke() {}\n",
    },
    /radon::reactive!\(function\)/,
  ],
  [
    "Zig",
    { "main.zig": 'const radon = @import("radon");\nfn invoke() void {}\n' },
    /comptime \{ radon\.reactive\(function\); \}/,
  ],
  ["wat", { "main.wat": '(module (memory (export "memory") 1))' }, /^Export a function "invoke"/],
];

describe("a module without a body", { timeout: 60_000 }, () => {
  it.for(BODILESS)("of %s is told how its language writes one", async ([language, files, advice], context) => {
    for (const [name, text] of Object.entries(files)) space.write(`bodiless-${language}/${name}`, text);
    const errors = (await problemsOf(`bodiless-${language}`, context)).filter(({ severity }) => severity === "error");
    expect(errors).toEqual([expect.objectContaining({ remedy: expect.stringMatching(advice) })]);
    expect(errors[0]?.message).toMatch(/neither "invoke" nor "_start"/);
  });
});
