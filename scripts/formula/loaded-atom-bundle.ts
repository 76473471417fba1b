/** The code that a Worker hands to its platform's loader for an atom that is loaded into it: one for all applications. */
import type { FileHashes } from "../compile/file-hashes.ts";
import { packageFile } from "../package.ts";
import { keptBundle } from "./kept-bundle.ts";

export async function loadedAtomBundle(cacheFolder: string, hashes: FileHashes): Promise<string> {
  const entry = packageFile("durable", "loaded", "loaded-atom-object.ts");
  // The loader gives it the modules.
  const options = { external: ["*.wasm"], sourcemap: false, minify: true };
  const { code } = await keptBundle({ entry, name: "loaded-atom", options, written: {} }, cacheFolder, hashes);
  return code;
}
