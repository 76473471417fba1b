/** What compiling and checking the modules found, as problems of the formula. */
import { entryAdvice } from "../compile/entry-advice.ts";
import { startProblems } from "../compile/start-function.ts";
import { compileWasm } from "../compile/wasm-module.ts";
import type { CompiledModule, ModuleResult } from "../compile/compile-modules.ts";
import { indexModule, PAGE_BYTES } from "../compile/metering/module-index.ts";
import { languageOf } from "../compile/source.ts";
import { grantProblems, moduleProblems, type ModuleProblem } from "../../durable/engine/validate.ts";
import { settingsOn } from "./atom-settings.ts";
import type { AtomSpec, Formula, ModuleSpec } from "./formula.ts";
import { shownPath, type Place, type Problem } from "./problems.ts";

export async function problemsOfModules(formula: Formula, results: readonly ModuleResult[]): Promise<Problem[]> {
  const found = await Promise.all(
    formula.modules.map(async (module) => {
      const result = results.find((each) => each.name === module.name);
      const problems = result === undefined ? [] : await problemsOf(module, result, formula.atoms);
      return problems.map((problem) => ({ ...problem, module: module.name }));
    }),
  );
  return found.flat();
}

async function problemsOf(spec: ModuleSpec, result: ModuleResult, atoms: readonly AtomSpec[]): Promise<Problem[]> {
  const language = languageOf(spec.source);
  if (result.kind === "no toolchain") {
    const message = `The module "${spec.name}" needs a ${language} compiler. ${result.message}`;
    return [{ severity: "error", place: spec.place, message, remedy: result.remedy }];
  }
  if (result.kind === "refused") {
    const message =
      spec.source.kind === "command"
        ? `The command that builds the module "${spec.name}" failed: ${spec.source.command}`
        : `The module "${spec.name}" does not compile (${language}).`;
    return [{ severity: "error", place: spec.place, message, details: result.diagnostics, remedy: "" }];
  }
  return [...warnings(spec, result), ...(await abiProblems(spec, result, atoms))];
}

function warnings(spec: ModuleSpec, { warnings: said }: CompiledModule): Problem[] {
  if (said === "") return [];
  const message = `The compiler of the module "${spec.name}" warns.`;
  return [{ severity: "warning", place: spec.place, message, details: said, remedy: "" }];
}

async function abiProblems(spec: ModuleSpec, result: CompiledModule, atoms: readonly AtomSpec[]): Promise<Problem[]> {
  const users = atoms.filter((atom) => atom.module === spec.name);
  const usedBy = users.map((atom) => `"${atom.name}"`).join(", ");
  const module = await compileWasm(result.wasm);
  if (typeof module === "string") {
    const message = `The module "${spec.name}" of the atom ${usedBy} is no valid WebAssembly: ${module}`;
    return [{ severity: "error", place: spec.place, message, remedy: `Build ${shownPath(spec.source.entry)} anew.` }];
  }
  const found = [...moduleProblems(module, result.wasm), ...startProblems(result.wasm)];
  const ofModule = found.map((each) => located(each, spec, `atom ${usedBy}`, spec.place));
  const ofAtoms = users.flatMap((atom) =>
    grantsInUse(atom).flatMap(([grants, place]) =>
      grantProblems(module, grants).map((each) => located(each, spec, `atom "${atom.name}"`, place)),
    ),
  );
  return [...ofModule, ...ofAtoms, ...users.flatMap((atom) => memoryProblems(spec, result, atom))];
}

/** The grants that an atom has somewhere, each with where they are written. */
function grantsInUse(atom: AtomSpec): (readonly [AtomSpec["grants"], Place])[] {
  const settings = atom.runtimes.map((runtime) => settingsOn(atom, runtime));
  return [...new Map(settings.map(({ grants, grantsPlace }) => [grants, grantsPlace]))];
}

/** A module that starts with more memory than its atom may have somewhere. */
function memoryProblems(spec: ModuleSpec, { wasm }: CompiledModule, atom: AtomSpec): Problem[] {
  const bytes = indexModule(wasm).memoryPages.reduce((sum, pages) => sum + pages * PAGE_BYTES, 0);
  const needed = Math.ceil(bytes / MB_BYTES);
  const settings = atom.runtimes.map((runtime) => settingsOn(atom, runtime));
  const limits = new Map(settings.map(({ memoryPlace, memoryMb }) => [memoryPlace, memoryMb]));
  return [...limits].flatMap(([place, memoryMb]) => {
    if (needed <= memoryMb) return [];
    const message = `Module "${spec.name}" starts with ${needed} MiB of memory; the atom "${atom.name}" may have ${memoryMb} MiB.`;
    const remedy = `Write memory_mb = ${needed} or more for the atom, or let the module start with less.`;
    return [{ severity: "error", place, message, remedy }];
  });
}

const MB_BYTES = 1024 * 1024;

function located(problem: ModuleProblem, spec: ModuleSpec, users: string, place: Place): Problem {
  const { rule, severity, where, message } = problem;
  const remedy = rule === "body" ? (entryAdvice(languageOf(spec.source)) ?? problem.remedy) : problem.remedy;
  return { severity, place, message: `Module "${spec.name}", ${users}, ${where}: ${message}`, remedy };
}
