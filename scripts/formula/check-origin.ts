/** Where a module comes from: a source that is compiled, a source that a command builds, or a compiled file. */
import path from "node:path";
import { commandSource, detectSource, isSource, type Source } from "../compile/source.ts";
import type { ModuleSpec } from "./formula.ts";
import type { Reporter } from "./reporter.ts";
import type { ModuleShape } from "./schema.ts";
import type { TomlPath } from "./toml-places.ts";

interface Origin {
  readonly at: TomlPath;
  readonly shape: Pick<ModuleShape, "name" | "source" | "wasm" | "build" | "output" | "ignore" | "optimize">;
}

/** The module of a table with a source or a compiled file; undefined where something is wrong with it. */
export function checkOrigin(origin: Origin, folder: string, report: Reporter): ModuleSpec | undefined {
  const { at, shape } = origin;
  if (shape.source !== undefined && shape.wasm !== undefined) {
    report.error(
      [...at, "wasm"],
      'It has both "source" and "wasm".',
      'Keep "source" to have it compiled, or "wasm" for a compiled file.',
    );
    return undefined;
  }
  if (report.isWrong([...at, "build"]) || !hasWholeOrigin(origin, report)) return undefined;
  const key = shape.source === undefined ? "wasm" : "source";
  const source = checkSource(origin, key, folder, report);
  if (source === undefined) return undefined;
  const place = report.placeOf([...at, key], "value");
  return { name: shape.name, source, metered: true, optimize: shape.optimize, place };
}

function checkSource(
  { at, shape }: Origin,
  key: "source" | "wasm",
  folder: string,
  report: Reporter,
): Source | undefined {
  const { build, output, ignore = [] } = shape;
  const file = path.resolve(folder, shape[key] ?? "");
  const found = build === undefined ? detectSource(file) : commandSource(file, { command: build, output, ignore });
  if (!isSource(found)) {
    report.error([...at, key], found.message, found.remedy);
    return undefined;
  }
  if (key === "wasm" && found.kind !== "wasm") {
    report.error([...at, key], `${shape.wasm} is no .wasm file.`, 'Write source = "..." for what is to be compiled.');
    return undefined;
  }
  return found;
}

/** Reports what says how a source is built where there is no source, and what says more of a command that is not there. */
export function hasWholeOrigin({ at, shape }: Origin, report: Reporter): boolean {
  const { source, wasm, build } = shape;
  const isBuilt = source !== undefined || wasm !== undefined;
  if (!isBuilt && report.isWrong([...at, "source"])) return false;
  if (build !== undefined && source === undefined) {
    const remedy = 'Name the folder that it runs in: source = "atoms/counter".';
    report.error([...at, "build"], 'It has "build", but no "source".', remedy);
    return false;
  }
  const stray = (["output", "ignore"] as const).find((key) => shape[key] !== undefined);
  if (stray !== undefined && build === undefined) {
    report.error(
      [...at, stray],
      `"${stray}" is for a "build" command, and there is none.`,
      `Add build = "make", or remove ${stray}.`,
    );
    return false;
  }
  if (shape.optimize !== undefined && !isBuilt) {
    const remedy = "Write it in the [[module]] that the atom is made from.";
    report.error([...at, "optimize"], '"optimize" belongs to a module, and here is none.', remedy);
    return false;
  }
  return true;
}
