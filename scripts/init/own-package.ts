/**
 * How a new application gets this package: from where this one came. A package from a registry is named by its version; any
 * other, and a checkout, is packed into the application, which then builds on every machine.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { runTool } from "../compile/run-tool.ts";
import { PACKAGE_FOLDER, packageFile } from "../package.ts";

const NAME = "radon-workers";

/** The folder in the application that a packed package is put into. */
export const VENDOR = "vendor";

const lockSchema = z.object({ packages: z.record(z.string(), z.object({ resolved: z.string().optional() })) });

/** True if npm had this package from a registry; npm tells in the lock file that it keeps beside what it installed. */
export function isFromRegistry(packageFolder = PACKAGE_FOLDER): boolean {
  const lock = path.resolve(packageFolder, "../.package-lock.json");
  if (!existsSync(lock)) return false;
  const read = lockSchema.safeParse(JSON.parse(readFileSync(lock, "utf8")));
  return read.success && /^https?:/.test(read.data.packages[`node_modules/${NAME}`]?.resolved ?? "");
}

/** Packs this package into a folder; the name of the file. */
export async function packInto(folder: string): Promise<string> {
  // What was installed was bundled when it was packed, and has no sources to do so again.
  const scripts = existsSync(packageFile("scripts", "radon.ts")) ? [] : ["--ignore-scripts"];
  const run = await runTool("npm", ["pack", "--silent", "--pack-destination", folder, ...scripts], {
    cwd: PACKAGE_FOLDER,
    shell: process.platform === "win32",
  });
  const file = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith(".tgz")) : undefined;
  if (run.code === 0 && file !== undefined) return file;
  const said = `${run.stderr}${run.stdout}`.trim();
  throw new CommandError(`npm could not pack ${NAME} for the application: ${said}`, EXIT.environment);
}

const scriptsSchema = z.object({ allowScripts: z.record(z.string(), z.boolean()) });

/** The packages that this one needs the install scripts of. */
export function scriptsToAllow(): Readonly<Record<string, boolean>> {
  return scriptsSchema.parse(JSON.parse(readFileSync(packageFile("package.json"), "utf8"))).allowScripts;
}
