/** `build = "command"`: a module in any language, made by a command of the user's. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { compileModules, type CompileOptions, type ModuleResult } from "../../scripts/compile/compile-modules.ts";
import { problemsOfModules } from "../../scripts/formula/check-modules.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import { shown, workspace } from "./formulas.ts";

/** The smallest module that is an atom. */
const IDLE =
  "0061736d01000000010401600000030201000503010001071302066d656d6f72790200" + "06696e766f6b6500000a040102000b";
const COPY = "cp idle.bin $RADON_OUT && echo ran >> ../runs";

let space = workspace();
beforeEach(() => {
  space.remove();
  space = workspace();
  space.write("src/idle.bin", "");
  space.write("src/part/one.txt", "1");
});
afterAll(() => space.remove());

function formula(keys: string) {
  const text = `app = "a"\n[[atom]]\nname = "x"\nsource = "src"\n${keys}\n`;
  return loadFormula(space.write("formula.toml", text), { environment: {} });
}

async function build(keys: string, options: Partial<CompileOptions> = {}): Promise<ModuleResult> {
  const { formula: loaded, problems } = formula(keys);
  if (loaded === undefined) throw new Error(problems.map(shown).join("\n"));
  const folders = { cacheFolder: path.join(space.folder, "cache"), workFolder: path.join(space.folder, "work") };
  const [result] = await compileModules(loaded.modules, { root: space.folder, ...folders, ...options });
  if (result === undefined) throw new Error("There is no result.");
  return result;
}

function runs(): number {
  const file = path.join(space.folder, "runs");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0;
}

describe("a build command", () => {
  it("runs in the folder and leaves the module where RADON_OUT says", async () => {
    const printed = `printf '${IDLE.replace(/../g, (byte) => `\\\\${Number.parseInt(byte, 16).toString(8).padStart(3, "0")}`)}'`;
    const result = await build(`build = "${printed} > $RADON_OUT && pwd > ../where"`);
    expect(result).toMatchObject({ kind: "compiled", cached: false, warnings: "" });
    expect(readFileSync(path.join(space.folder, "where"), "utf8").trim()).toBe(path.join(space.folder, "src"));
    const problems = await problemsOfModules(formula(`build = "true"`).formula ?? never(), [result]);
    expect(problems).toEqual([]);
  });

  it("may say where the module is", async () => {
    const result = await build(`build = "mkdir -p out && cp idle.bin out/a.wasm"\noutput = "out/a.wasm"`);
    expect(result).toMatchObject({ kind: "compiled", warnings: "" });
    expect(await build(`build = "mkdir -p out && cp idle.bin out/a.wasm"\noutput = "out/a.wasm"`)).toMatchObject({
      cached: true,
    });
  });

  it("has to write its output each time: one that is there already is of an earlier run, and stays", async () => {
    const keys = (command: string) => `build = "${command}"\noutput = "a.wasm"`;
    space.write("src/a.wasm", "old");
    expect(await build(keys("echo did nothing"))).toMatchObject({
      kind: "refused",
      diagnostics: expect.stringMatching(/^did nothing\nThe command did not write a\.wasm, .* is of an earlier run/),
    });
    expect(await build(keys("exit 7"))).toMatchObject({ diagnostics: "The command ended with code 7." });
    expect(readFileSync(path.join(space.folder, "src/a.wasm"), "utf8")).toBe("old");
    expect(await build(keys("test -e a.wasm || cp idle.bin a.wasm"))).toMatchObject({ kind: "compiled", warnings: "" });
    expect(readdirSync(path.join(space.folder, "src")).sort()).toEqual(["a.wasm", "idle.bin", "part"]);
  });

  it("runs again if a file of the folder changed, comes or goes, and not otherwise", async () => {
    const again = async () => {
      await build(`build = "${COPY}"`);
      return runs();
    };
    expect([await again(), await again()]).toEqual([1, 1]);
    space.write("src/part/one.txt", "2");
    expect([await again(), await again()]).toEqual([2, 2]);
    space.write("src/part/two.txt", "");
    expect([await again(), await again()]).toEqual([3, 3]);
    space.write("src/.hidden", "");
    space.write("src/target/debug", "");
    expect(await again()).toBe(3);
  });

  it("runs once for modules of one source, which come out the same", async () => {
    const { formula: loaded } = formula(`build = "${COPY}"`);
    const [module = never()] = loaded?.modules ?? [];
    const folders = { cacheFolder: path.join(space.folder, "cache"), workFolder: path.join(space.folder, "work") };
    const modules = [module, { ...module, name: "y" }];
    const results = await compileModules(modules, { root: space.folder, ...folders });
    expect(results).toMatchObject([{ name: "x" }, { name: "y" }]);
    expect(new Set(results.map((each) => (each.kind === "compiled" ? each.hash : never())))).toHaveProperty("size", 1);
    expect(runs()).toBe(1);
  });

  it("does not depend on what the formula ignores", async () => {
    const keys = `build = "${COPY} && date > made.o"\nignore = ["**/*.o"]`;
    expect(await build(keys)).toMatchObject({ cached: false, warnings: "" });
    expect(await build(keys)).toMatchObject({ cached: true });
    expect(runs()).toBe(1);
  });

  it("is told of files that it writes among its sources", async () => {
    const result = await build(`build = "${COPY} && echo > made.o"`);
    const { warnings } = result.kind === "compiled" ? result : never();
    const again = await build(`build = "${COPY} && echo > made.o"`);
    expect(again).toMatchObject({ cached: false, warnings: "" });
    expect(warnings).toBe('The command wrote made.o among its sources. Ignore such files: ignore = ["**/*.o"].');
  });

  it("that fails is told in its own words, in their order, and blames nothing on a language", async () => {
    const keys = `build = "echo first; echo second >&2; echo third; exit 7"`;
    const result = await build(keys);
    expect(result).toEqual({ kind: "refused", name: "x", diagnostics: "first\nsecond\nthird" });
    const [problem] = await problemsOfModules(formula(keys).formula ?? never(), [result]);
    expect(problem?.message).toMatch(/^The command that builds the module "x" failed: echo first/);
  });

  it.each([
    [`build = "exit 7"`, /^The command ended with code 7\.$/],
    [`build = "no-such-command-anywhere"`, /no-such-command-anywhere: .*not found/],
    [`build = "true"`, /no module at \$RADON_OUT.*output = /],
    [`build = "true"\noutput = "a.wasm"`, /no module at a.wasm, which the formula names/],
  ])("%s is refused: %s", async (keys, diagnostics) => {
    expect(await build(keys)).toMatchObject({ kind: "refused", diagnostics: expect.stringMatching(diagnostics) });
  });

  it.each([
    [true, "1 1 unset"],
    [false, "unset unset 1"],
  ])("is told whether its words may have colours: %s", async (colours, said) => {
    const show = "echo ${FORCE_COLOR-unset} ${CLICOLOR_FORCE-unset} ${NO_COLOR-unset}; false";
    const before = { ...process.env };
    for (const name of ["FORCE_COLOR", "CLICOLOR_FORCE", "NO_COLOR"]) delete process.env[name];
    try {
      expect(await build(`build = "${show}"`, { colours })).toMatchObject({ diagnostics: said });
    } finally {
      Object.assign(process.env, before);
    }
  });
});

describe("in the formula", () => {
  it.each([
    [`output = "a.wasm"`, /^5:10 "output" is for a "build" command/],
    [`ignore = ["a"]`, /^5:10 "ignore" is for a "build" command/],
    [`build = 1`, /^5:9 "build" is 1, a number.* → .*build = "make"/],
    [`ignore = "a"`, /^5:10 "ignore" is "a"\. → Write a list of patterns/],
    [`optimise = true`, /^5:1 Unknown key "optimise".* → Did you mean "optimize"\?/],
    [`optimize = "yes"`, /^5:12 "optimize" is "yes"/],
    [`buidl = "make"`, /Did you mean "build"\?/],
  ])("%s is a mistake", (keys, problem) => {
    space.write("src/main.wat", "");
    expect(formula(keys).problems.map(shown)).toEqual([expect.stringMatching(problem)]);
  });

  it("a command needs a folder to run in", () => {
    const load = (rest: string) =>
      loadFormula(space.write("f.toml", `app = "a"\n[[atom]]\nname = "x"\n${rest}`), { environment: {} });
    expect(load('build = "make"\n').problems.map(shown)).toEqual([
      expect.stringMatching(/^4:9 It has "build", but no "source"\. → .*source = "atoms\/counter"/),
    ]);
    expect(load('build = "make"\nsource = "src/idle.bin"\n').problems.map(shown)).toEqual([
      expect.stringMatching(/^5:10 .*idle.bin is a file, and a build command runs in a folder/),
    ]);
    expect(load('optimize = true\nmodule = "m"\n').problems.map(shown)).toEqual([
      expect.stringMatching(/^4:12 "optimize" belongs to a module/),
    ]);
  });

  it("each of them may come from the environment", () => {
    const environment = { RADON_ATOM_X_BUILD: "make", RADON_ATOM_X_IGNORE: "*.o, *.a", RADON_ATOM_X_OUTPUT: "o.wasm" };
    const text = `app = "a"\n[[atom]]\nname = "x"\nsource = "src"\n`;
    const loaded = loadFormula(space.write("formula.toml", text), { environment });
    expect(loaded.problems).toEqual([]);
    expect(loaded.formula?.modules[0]?.source).toMatchObject({
      ...{ kind: "command", command: "make", output: "o.wasm", ignore: ["*.o", "*.a"] },
    });
  });
});

function never(): never {
  throw new Error("This is not there.");
}
