/**
 * The version of a runtime's Worker: short for everything that it is made from.
 *
 * Invariants
 * 1. The same formula, modules and package give the same version, on every machine and in every folder.
 * 2. Whatever changes the bundle changes the version: the application, a module, the runtime's code, a package in it, the
 *    bundler.
 */
import { globSync } from "node:fs";
import path from "node:path";
import type { Application } from "../../durable/core/application.ts";
import { sha256, type FileHashes } from "../compile/file-hashes.ts";
import { PACKAGE_FOLDER, versionOf } from "../package.ts";
import { bundlerText } from "./bundle-options.ts";

/** Enough that two versions of an application never share them by chance, and short enough to be read out. */
const HEX_DIGITS = 16;

const CODE = ["workers/**/*.ts", "durable/**/*.{ts,wat}"];
/** The packages whose code is in the bundle. */
export const BUNDLED_PACKAGES = ["@bjorn3/browser_wasi_shim", "hono", "itty-router", "jose", "re2js", "zod"] as const;

export function versionOfWorker(application: Omit<Application, "version">, code: string): string {
  return sha256(JSON.stringify([application, code])).slice(0, HEX_DIGITS);
}

/** The hash of the code that every runtime's Worker has, whatever the application. */
export function hashOfRuntimeCode(hashes: FileHashes): string {
  const files = globSync(CODE, { cwd: PACKAGE_FOLDER }).map((file) => file.replaceAll(path.sep, "/"));
  const contents = files.sort().map((file) => [file, hashes.of(path.join(PACKAGE_FOLDER, file))]);
  const packages = BUNDLED_PACKAGES.map((name) => [name, versionOf(name)]);
  return sha256(JSON.stringify([bundlerText(), packages, contents]));
}
