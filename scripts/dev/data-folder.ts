/**
 * The folder that keeps the state of `radon dev` between runs.
 *
 * Invariants
 * 1. One `radon dev` uses it at a time. The lock is SQLite's, so the system releases it when its holder ends, however it ends:
 *    there is no stale lock to be taken over.
 * 2. Only a folder that this program made is ever emptied.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { GUARD_FILES } from "./workerd-guard.ts";
import { shownPath } from "../formula/problems.ts";
import { makeWritable, type FolderUse } from "../formula/writable-folder.ts";

const MARKER = "radon-data.json";
const LOCK = "lock.sqlite";
const OWNER = "owner.json";
/** What is no state: the folder's own files, and those of the workerd guard. */
const KEPT: readonly string[] = [MARKER, LOCK, `${LOCK}-journal`, OWNER, ...GUARD_FILES];

const USE: FolderUse = { holds: "the state of radon dev", remedy: "Name another folder with --data." };

export class DataFolder {
  readonly path: string;
  readonly #lock: DatabaseSync;

  private constructor(folder: string, lock: DatabaseSync) {
    this.path = folder;
    this.#lock = lock;
  }

  /** Opens and locks a folder, making it if it is not there. */
  static open(folder: string): DataFolder {
    makeWritable(folder, USE);
    const isOurs = existsSync(path.join(folder, MARKER));
    if (!isOurs && readdirSync(folder).length > 0) throw foreign(folder);
    if (!isOurs) writeFileSync(path.join(folder, MARKER), `${JSON.stringify({ holds: USE.holds })}\n`);
    const opened = new DataFolder(folder, lockedBy(folder));
    writeFileSync(
      path.join(folder, OWNER),
      `${JSON.stringify({ pid: process.pid, since: new Date().toISOString() })}\n`,
    );
    return opened;
  }

  /** Deletes all state. */
  empty(): void {
    for (const name of readdirSync(this.path)) {
      if (!KEPT.includes(name)) rmSync(path.join(this.path, name), { recursive: true, force: true });
    }
  }

  release(): void {
    rmSync(path.join(this.path, OWNER), { force: true });
    this.#lock.close();
  }
}

function foreign(folder: string): CommandError {
  const message = `${shownPath(folder)} holds files that are not the state of radon dev: name another folder with --data.`;
  return new CommandError(message, EXIT.environment);
}

function lockedBy(folder: string): DatabaseSync {
  const lock = new DatabaseSync(path.join(folder, LOCK));
  try {
    lock.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
    return lock;
  } catch {
    lock.close();
    const message = `Another radon dev uses ${shownPath(folder)}${ownerText(folder)}. Stop it, or name another folder with --data.`;
    throw new CommandError(message, EXIT.environment);
  }
}

function ownerText(folder: string): string {
  try {
    const owner: unknown = JSON.parse(readFileSync(path.join(folder, OWNER), "utf8"));
    return typeof owner === "object" && owner !== null && "pid" in owner ? ` (process ${String(owner.pid)})` : "";
  } catch {
    return "";
  }
}
