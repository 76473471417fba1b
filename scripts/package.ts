/** Where this package's own files are. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";

export const PACKAGE_FOLDER = path.resolve(import.meta.dirname, "..");

export function packageFile(...parts: string[]): string {
  return path.join(PACKAGE_FOLDER, ...parts);
}

/** The version in a package.json. */
export function versionIn(packageJson: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageJson, "utf8"))).version;
}

export function ownVersion(): string {
  return versionIn(packageFile("package.json"));
}

/** The version of a package that this one depends on. */
export function versionOf(dependency: string): string {
  return versionIn(path.join(packageOf(dependency), "package.json"));
}

/** The folder of a package that this one depends on: not every package lets its files be resolved. */
export function packageOf(dependency: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(dependency) ?? [];
  const found = folders.map((folder) => path.join(folder, dependency)).find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`The package "${dependency}" is not installed.`);
  return found;
}
