/** Where this package's own files are. */
import { readFileSync } from "node:fs";
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
