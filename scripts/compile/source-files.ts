/** The files that a compilation reads, found without running the compiler: the key of the cache is made from them. */
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

/** A source folder with more files than this is most likely a mistake, such as the root of a disk. */
const FILES_MAX = 10_000;
const SKIPPED: readonly string[] = ["node_modules", "zig-cache"];
/** Where tools put their results at the top of a project; further down a folder of that name holds sources like any other. */
const SKIPPED_AT_TOP: readonly string[] = ["target", "build", "dist", "zig-out"];

/** Every file below a folder, hidden ones and build results left out, those that links lead to included; sorted. */
export function filesBelow(folder: string): string[] {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      if (entry.name.startsWith(".") || SKIPPED.includes(entry.name)) continue;
      if (next === folder && SKIPPED_AT_TOP.includes(entry.name)) continue;
      const at = path.join(next, entry.name);
      const kind = entry.isSymbolicLink() ? statSync(at, { throwIfNoEntry: false }) : entry;
      if (kind?.isFile()) files.push(at);
      if (kind?.isDirectory() && !leadsUp(at)) folders.push(at);
    }
    if (files.length > FILES_MAX)
      throw new Error(`${folder} holds more than ${FILES_MAX} files: name a smaller source folder.`);
  }
  return files.sort();
}

/** True of a link to a folder that it stands in itself. */
function leadsUp(folder: string): boolean {
  return (
    lstatSync(folder).isSymbolicLink() && (path.dirname(folder) + path.sep).startsWith(realpathSync(folder) + path.sep)
  );
}

/** The entry and every file that it takes in through a relative path, directly or not. */
export function filesReached(
  entry: string,
  references: RegExp,
  candidates: (target: string) => readonly string[],
): string[] {
  const reached = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const folder = path.dirname(file);
    for (const [, target] of readFileSync(file, "utf8").matchAll(references)) {
      const found = candidates(path.resolve(folder, target ?? "")).find(
        (each) => existsSync(each) && statSync(each).isFile(),
      );
      if (found !== undefined) waiting.push(found);
    }
  }
  return [...reached].sort();
}
