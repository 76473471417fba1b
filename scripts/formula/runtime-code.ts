/** The code that all runtimes' Workers have in common: all but what an application brings, which stands in front of it as `APPLICATION`. */
import type { FileHashes } from "../compile/file-hashes.ts";
import { packageFile } from "../package.ts";
import { keptBundle, type KeptBundle } from "./kept-bundle.ts";

/** What the code finds the application in: a name that nothing else in it has. */
export const APPLICATION = "RADON_APPLICATION";
/** What `radon:application` exports. */
export const EXPORTS = `export const { application, loadedAtomCode, engine, modules } = ${APPLICATION};`;

export type RuntimeCode = KeptBundle;

export function runtimeCode(cacheFolder: string, hashes: FileHashes): Promise<RuntimeCode> {
  const written = { "radon:application": EXPORTS };
  return keptBundle(
    { entry: packageFile("workers", "runtime.ts"), name: "worker", options: {}, written },
    cacheFolder,
    hashes,
  );
}
