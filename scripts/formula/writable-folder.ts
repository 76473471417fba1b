/** The folders that the tools write into. One that cannot be used is a sentence for the user before any work is done. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { shownPath } from "./problems.ts";

export interface FolderUse {
  /** What the folder is for: `cannot hold ${holds}`. */
  readonly holds: string;
  /** How to choose another one, as a sentence. */
  readonly remedy: string;
}

/** Makes the folder if it is not there, and sees to it that files can be written into it. */
export function makeWritable(folder: string, use: FolderUse): void {
  try {
    makeWithParents(folder);
    if (!statSync(folder).isDirectory()) throw new Error("it is no folder");
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(folder, use, error);
  }
}

export function unusable(folder: string, { holds, remedy }: FolderUse, cause: unknown): CommandError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CommandError(`${shownPath(folder)} cannot hold ${holds}: ${reason}. ${remedy}`, EXIT.environment);
}

/** Node's own `recursive` never returns where a system answers ENOENT for a folder whose parent is there, as /proc does. */
function makeWithParents(folder: string): void {
  if (existsSync(folder)) return;
  makeWithParents(path.dirname(folder));
  mkdirSync(folder);
}
