/** A module that is to be loaded into a running system: built and checked as a deployment does it. */
import path from "node:path";
import { DEFAULT_GRANTS, type Grant } from "../../durable/core/application.ts";
import { LOADED_MODULE_BYTES_MAX } from "../../durable/core/loaded-atom.ts";
import { grantProblems, moduleProblems, type ModuleProblem } from "../../durable/engine/validate.ts";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { compileModules, type CompiledModule } from "../compile/compile-modules.ts";
import { detectSource, isSource } from "../compile/source.ts";
import { startProblems } from "../compile/start-function.ts";
import { compileWasm } from "../compile/wasm-module.ts";
import { foldersOf } from "../formula/folders.ts";
import { shownPath } from "../formula/problems.ts";
import type { Console } from "../terminal/console.ts";

/** The compiled module; a CommandError says what keeps it from being one. */
export async function moduleToLoad(
  file: string,
  name: string,
  grants: readonly Grant[] = DEFAULT_GRANTS,
  console: Console,
): Promise<CompiledModule> {
  const compiled = await compile(file, name, console);
  const module = await compileWasm(compiled.wasm);
  if (typeof module === "string") throw wrong(`${shownPath(file)} is no valid WebAssembly: ${module}`);
  const found = [
    ...moduleProblems(module, compiled.wasm),
    ...startProblems(compiled.wasm),
    ...grantProblems(module, grants),
  ];
  for (const each of found) console.warn(shown(each));
  if (found.some(({ severity }) => severity === "error")) throw wrong(`${shownPath(file)} is no atom.`);
  if (compiled.wasm.length <= LOADED_MODULE_BYTES_MAX) return compiled;
  const bytes = `${compiled.wasm.length} bytes; up to ${LOADED_MODULE_BYTES_MAX} can be loaded`;
  throw wrong(`${shownPath(file)} has ${bytes}. Put the atom into the formula, and run radon deploy.`);
}

async function compile(file: string, name: string, console: Console): Promise<CompiledModule> {
  const source = detectSource(path.resolve(file), "the current folder");
  if (!isSource(source)) throw wrong(`${source.message} ${source.remedy}`);
  const { cache, work } = foldersOf(process.cwd(), name, "build", process.env);
  const place = { kind: "file", file, line: 1, column: 1 } as const;
  const [result] = await compileModules([{ name, source, metered: true, place }], {
    ...{ root: process.cwd(), cacheFolder: cache, workFolder: work, optimize: true, colours: console.colours },
  });
  switch (result?.kind) {
    case "compiled":
      if (result.warnings !== "") console.warn(result.warnings);
      return result;
    case "no toolchain":
      throw new CommandError(`${result.message} ${result.remedy}`, EXIT.environment);
    default:
      throw wrong(`${shownPath(file)} does not compile.\n${result?.diagnostics ?? ""}`);
  }
}

function shown({ severity, where, message, remedy }: ModuleProblem): string {
  return `${severity}: ${where}: ${message} ${remedy}`;
}

function wrong(message: string): CommandError {
  return new CommandError(message, EXIT.input);
}
