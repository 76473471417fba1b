/**
 * Writes a new application into a folder.
 *
 * Invariant
 * 1. Nothing is ever overwritten: if any file is in the way, all are named and none is written.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { keepSchema } from "../formula/json-schema.ts";
import { shownPath } from "../formula/problems.ts";
import { makeWritable } from "../formula/writable-folder.ts";
import { ownVersion } from "../package.ts";
import type { Answers } from "./answers.ts";
import { applicationFiles } from "./application-files.ts";
import { isFromRegistry, packInto, scriptsToAllow, VENDOR } from "./own-package.ts";

/** The files that were written, by their paths in the folder. */
export async function writeApplication({ folder, language, name }: Answers): Promise<string[]> {
  const allowScripts = scriptsToAllow();
  const about = { name, language, allowScripts };
  refuseOverwriting(folder, Object.keys(applicationFiles({ ...about, dependency: "" })));
  makeWritable(folder, { holds: "the application", remedy: "Name another folder: radon init FOLDER." });
  const packed = isFromRegistry() ? undefined : await packBeside(folder);
  const dependency = packed === undefined ? ownVersion() : `file:${packed}`;
  const files = applicationFiles({ ...about, dependency });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text, { flag: "wx" });
  }
  keepSchema(folder);
  return [...Object.keys(files), ...(packed === undefined ? [] : [packed])];
}

function refuseOverwriting(folder: string, files: readonly string[]): void {
  const isFile = existsSync(folder) && !statSync(folder).isDirectory();
  const there = isFile ? [folder] : [...files, VENDOR].filter((file) => existsSync(path.join(folder, file)));
  if (there.length === 0) return;
  const verb = there.length === 1 ? "is" : "are";
  throw new CommandError(
    `In ${shownPath(folder)} there ${verb} already ${there.join(", ")}. Nothing was written: name another folder, as in radon init FOLDER.`,
    EXIT.environment,
  );
}

/** The package, whole in its place or not there at all; its path in the application. */
async function packBeside(folder: string): Promise<string> {
  const aside = mkdtempSync(path.join(folder, ".radon-pack-"));
  try {
    // A folder of its own in it: a temporary one is readable by its maker alone.
    const vendor = path.join(aside, VENDOR);
    mkdirSync(vendor);
    const file = await packInto(vendor);
    renameSync(vendor, path.join(folder, VENDOR));
    return `${VENDOR}/${file}`;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
