/** The files that a compilation reads, found without running the compiler: the key of the cache is made from them. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** A source folder with more files than this is most likely a mistake, such as the root of a disk. */
const FILES_MAX = 10_000;
const SKIPPED: readonly string[] = ["node_modules", "target", "build", "dist", "zig-out", "zig-cache"];

/** Every file below a folder, hidden ones and build results left out; sorted. */
export function filesBelow(folder: string): string[] {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      if (entry.name.startsWith(".") || SKIPPED.includes(entry.name)) continue;
      const at = path.join(next, entry.name);
      if (entry.isDirectory()) folders.push(at);
      else if (entry.isFile()) files.push(at);
    }
    if (files.length > FILES_MAX)
      throw new Error(`${folder} holds more than ${FILES_MAX} files: name a smaller source folder.`);
  }
  return files.sort();
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
