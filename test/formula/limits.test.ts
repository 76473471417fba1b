/** The limits of an atom, from the formula to the modules that are built. */
import { afterAll, describe, expect, it } from "vitest";
import { applicationFor } from "../../scripts/formula/application.ts";
import { buildFormula, type Build } from "../../scripts/formula/build.ts";
import { foldersOf } from "../../scripts/formula/folders.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import { compileWasm } from "../../scripts/compile/wasm-module.ts";
import { load, shown, workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

const WORKER = '(module (memory (export "memory") 33) (func (export "invoke") (loop $l (br $l))))';
const ATOM = '[[atom]]\nname = "a"\nmodule = "m"\n';
const APP = 'app = "limits"\n[[module]]\nname = "m"\nsource = "idle.wat"\n';

/** The build of a formula with the module `m`, by default one with a loop. */
async function build(atoms: string, wat = WORKER): Promise<Build> {
  space.write("idle.wat", wat);
  const file = space.write("formula.toml", APP + atoms);
  const { formula, problems } = loadFormula(file, { environment: {} });
  if (!formula) throw new Error(problems.map(shown).join("\n"));
  const folders = foldersOf(space.folder, "limits", "build", {});
  return buildFormula(formula, { folders, development: true, situation: "one process", bundle: false });
}

async function importsOf({ modules }: Build): Promise<Record<string, string[]>> {
  const compiled = modules.filter((module) => module.kind === "compiled");
  const entries = compiled.map(async ({ name, wasm }) => {
    const module = await compileWasm(wasm);
    return [
      name,
      typeof module === "string" ? [] : WebAssembly.Module.imports(module).map((each) => each.name),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

describe("what the formula says", () => {
  it("is in the application", () => {
    const { formula, problems } = load(`${APP}${ATOM}cpu_ms = 50\nmemory_mb = 64\n`);
    expect(problems).toEqual([]);
    if (!formula) throw new Error("The formula is wrong.");
    const { atoms } = applicationFor(formula, {
      runtime: formula.leader,
      development: true,
      situation: "one process",
      hashes: new Map(),
      code: "",
    });
    expect(atoms).toMatchObject([{ cpuMs: 50, memoryMb: 64 }]);
  });

  it("may come from the environment, metering as true or false", () => {
    const of = (metering: string) => load(APP + ATOM, { RADON_ATOM_A_METERING: metering, RADON_ATOM_A_MEMORY_MB: "5" });
    expect(of("false").formula?.atoms).toMatchObject([{ metering: false, memoryMb: 5 }]);
    expect(of("true").formula?.atoms).toMatchObject([{ metering: true }]);
    expect(of("no").problems.map(shown)).toEqual([
      expect.stringMatching(/"metering" is "no".*true \(default\) or false/),
    ]);
  });

  it.each([
    ["cpu_ms = 0", /"cpu_ms" is 0.*1 to 300000/],
    ["memory_mb = 5000", /"memory_mb" is 5000.*1 to 4096/],
    ["metering = 1", /"metering" is 1.*true \(default\) or false/],
    ["memory = 5", /Unknown key "memory".*Known here.*memory_mb/],
    ["metering = false\ncpu_ms = 5", /^9:10 The atom "a" is not metered, so nothing limits.*Remove/],
  ])("%s is told", (line, problem) => {
    expect(load(`${APP}${ATOM}${line}\n`).problems.map(shown)).toEqual([expect.stringMatching(problem)]);
  });
});

describe("metering", () => {
  it("is in the modules of atoms that do not switch it off", async () => {
    expect(await importsOf(await build(`${ATOM}memory_mb = 3\n`))).toEqual({ m: ["tick", "pause"] });
    expect(await importsOf(await build(`${ATOM}memory_mb = 3\nmetering = false\n`))).toEqual({ m: [] });
  });

  it("is in one of two where atoms of a module differ", async () => {
    const built = await build(`${ATOM}memory_mb = 3\n${ATOM.replace('"a"', '"b"')}metering = false\nmemory_mb = 3\n`);
    expect(await importsOf(built)).toEqual({ m: ["tick", "pause"], "m (unmetered)": [] });
    // The other two are the runtime's own.
    expect(built.runtimes[0]?.wasm).toHaveLength(4);
  });

  it("is cached apart: each way is built once", async () => {
    const cached = async (line: string) => {
      const [module] = (await build(`${ATOM}${line}\nmemory_mb = 3\n`, WORKER.replace("$l", "$m").replace("$l", "$m")))
        .modules;
      return module?.kind === "compiled" && module.cached;
    };
    const lines = ["metering = true", "metering = false", "metering = true", "metering = false"];
    const found: unknown[] = [];
    for (const line of lines) found.push(await cached(line));
    expect(found).toEqual([false, false, true, true]);
  });

  it("is not for a module to import by itself", async () => {
    const own = `(module (import "radon:metering" "tick" (func (result i32))) (memory (export "memory") 1) (func (export "invoke")))`;
    for (const line of ["", "metering = false"]) {
      const { ok, problems } = await build(`${ATOM}${line}\n`, own);
      expect([ok, problems[0]?.details]).toEqual([
        false,
        expect.stringMatching(/radon:metering, which only the build/),
      ]);
    }
  });
});

describe("memory_mb", () => {
  it("has to hold what the module starts with, for each of its atoms", async () => {
    const other = ATOM.replace('"a"', '"b"');
    const { ok, problems } = await build(`${ATOM}memory_mb = 2\n${other}memory_mb = 3\n`);
    expect(ok).toBe(false);
    expect(problems.map(shown)).toEqual([
      '8:13 Module "m" starts with 3 MiB of memory; the atom "a" may have 2 MiB. → Write memory_mb = 3 or more for the atom, or let the module start with less.',
    ]);
  });

  it("is told at the atom where it is not written", async () => {
    const { problems } = await build(ATOM, WORKER.replace("33", "1000"));
    expect(problems.map(shown)).toEqual([
      expect.stringMatching(/^5:\d+ Module "m" starts with 63 MiB.*may have 32 MiB/),
    ]);
  });

  it("changes nothing of the module", async () => {
    const hashOf = async (line: string) => (await build(`${ATOM}${line}\n`, WORKER.replace("33", "1"))).modules[0];
    const [small, large] = [await hashOf("memory_mb = 1"), await hashOf("memory_mb = 9")];
    expect(small).toMatchObject({ hash: large?.kind === "compiled" ? large.hash : "none" });
  });
});

it("a file that is no module is told as such", async () => {
  space.write("broken.wasm", "no module");
  const file = space.write("formula.toml", 'app = "x"\n[[atom]]\nname = "a"\nwasm = "broken.wasm"\n');
  const { formula } = loadFormula(file, { environment: {} });
  if (!formula) throw new Error("The formula is wrong.");
  const folders = foldersOf(space.folder, "x", "build", {});
  const { problems } = await buildFormula(formula, {
    folders,
    development: true,
    situation: "one process",
    bundle: false,
  });
  expect(problems.map(shown)).toEqual([expect.stringMatching(/is no valid WebAssembly.*Build .*broken.wasm anew/)]);
});
