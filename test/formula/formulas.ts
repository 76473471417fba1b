/** Formulas for tests: written to a folder of their own, with the files that they name. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Environment } from "../../scripts/formula/environment.ts";
import { loadFormula, type Loaded } from "../../scripts/formula/load.ts";
import type { Problem } from "../../scripts/formula/problems.ts";

/** A module that does nothing, which is enough for a formula to name it. */
export const IDLE_WAT = '(module (memory (export "memory") 1) (func (export "invoke")))';

export interface Workspace {
  readonly folder: string;
  /** Writes a file, relative to the folder, and returns its absolute path. */
  readonly write: (name: string, text: string) => string;
  readonly remove: () => void;
}

export function workspace(): Workspace {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "radon-formula-")));
  return {
    folder,
    write: (name, text) => {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Loads a formula beside a module `idle.wat`. */
export function load(text: string, environment: Environment = {}, single = false): Loaded {
  const { write, remove } = workspace();
  try {
    write("idle.wat", IDLE_WAT);
    return loadFormula(write("formula.toml", text), { environment, single });
  } finally {
    remove();
  }
}

/** A problem as the tests compare it: `line:column message → remedy`. */
export function shown({ place, message, remedy }: Problem): string {
  const at = place.kind === "file" ? `${place.line}:${place.column}` : place.variable;
  return `${at} ${message} → ${remedy}`;
}

/** Two runtimes and one atom, all right; tests add what is wrong. */
export const TOUR = `app = "tour"
[naming]
leader = "cloud"
[[runtime]]
name = "cloud"
tags = ["cloud"]
[[runtime]]
name = "edge-1"
tags = ["edge", "milan"]
[[module]]
name = "idle"
source = "idle.wat"
`;
