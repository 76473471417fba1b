/** An application on a test's machine, and what `radon deploy` does with it, step by step. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RuntimeToDeploy, Step } from "../../../scripts/deploy/target.ts";
import { WorkerdTarget } from "../../../scripts/deploy/workerd/workerd-target.ts";
import { versionNotes } from "../../../scripts/deploy/version-note.ts";
import { buildFormula } from "../../../scripts/formula/build.ts";
import { foldersOf } from "../../../scripts/formula/folders.ts";
import type { Environment } from "../../../scripts/formula/environment.ts";
import type { MachineSpec, RuntimeSpec } from "../../../scripts/formula/formula.ts";
import { loadFormula } from "../../../scripts/formula/load.ts";
import { problemText } from "../../../scripts/formula/problems.ts";

export const TOKEN = "token-of-this-test";

/** Counts how often each payload came, in its keys; `mark` makes another module of it. */
export const counter = (mark: string): string => `(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 4096) "${mark}")
  (func (export "invoke")
    (local $length i32)
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then unreachable))
    (i32.store8 (i32.const 0) (i32.const 48))
    (drop (call $get (i32.const 1024) (local.get $length) (i32.const 0) (i32.const 1)))
    (i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 1)))
    (drop (call $put (i32.const 1024) (local.get $length) (i32.const 0) (i32.const 1)))))`;

export const FORMULA = `app = "tour"
[[runtime]]
name = "edge-1"
target = "workerd"
[[atom]]
name = "counter"
source = "counter.wat"
`;

/** Writes the application, builds it, and opens it as one whose runtime is on a machine. */
export async function deploymentOf(
  folder: string,
  machine: MachineSpec | Pick<RuntimeSpec, "machines" | "cluster">,
  mark: string,
  sshOptions: readonly string[],
  variables: Environment = {},
): Promise<{ target: WorkerdTarget; runtimes: readonly RuntimeToDeploy[] }> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "formula.toml"), FORMULA);
  writeFileSync(join(folder, "counter.wat"), counter(mark));
  const loaded = loadFormula(join(folder, "formula.toml"), { environment: {} });
  if (loaded.formula === undefined) throw new Error(loaded.problems.map(problemText).join("\n"));
  const where = "host" in machine ? { machines: [machine] } : machine;
  const formula = {
    ...loaded.formula,
    runtimes: loaded.formula.runtimes.map((spec) => ({ ...spec, ...where })),
  };
  const build = await buildFormula(formula, {
    folders: foldersOf(formula.home, formula.app, "build", {}),
    development: false,
    situation: "deployed",
    bundle: true,
  });
  const notes = await versionNotes(build.applications);
  const runtimes = formula.runtimes.flatMap((spec) => {
    const bundle = build.runtimes.find(({ runtime }) => runtime === spec.name);
    const note = notes.get(spec.name);
    if (bundle === undefined || note === undefined) return [];
    return [{ spec, bundle, note, secrets: new Map([["RADON_TOKEN", TOKEN]]) }];
  });
  const at = new Date().toISOString();
  return {
    target: new WorkerdTarget({ formula, runtimes, at }, { RADON_SSH: sshOptions.join(" "), ...variables }),
    runtimes,
  };
}

/** Runs steps until one fails; what each said. */
export async function run(steps: readonly Step[], signal = new AbortController().signal): Promise<string[]> {
  const said: string[] = [];
  for (const step of steps) {
    const end = await step.run(signal);
    said.push(`${step.title}: ${end.ok ? (end.note ?? "done") : `FAILED ${end.reason}`}`);
    if (!end.ok) break;
  }
  return said;
}
