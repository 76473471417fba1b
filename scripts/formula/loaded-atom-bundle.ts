/**
 * The code that a Worker hands to its platform's loader for an atom that is loaded into it: one for all applications, kept with the
 * compiled modules.
 */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { FileHashes } from "../compile/file-hashes.ts";
import { PACKAGE_FOLDER, packageFile } from "../package.ts";
import { BUNDLE_OPTIONS, bundlerText } from "./bundle-options.ts";
import { isCurrent, writeStamp } from "./bundle-stamp.ts";

const BUNDLE = "loaded-atom.js";

export async function loadedAtomBundle(cacheFolder: string, hashes: FileHashes): Promise<string> {
  const folder = path.join(cacheFolder, "loaded-atom");
  const file = path.join(folder, BUNDLE);
  const parts = { folder, maker: `${bundlerText()} minified`, hashes };
  if (!isCurrent(parts)) {
    await mkdir(folder, { recursive: true });
    const { build } = await import("esbuild");
    const { metafile } = await build({
      ...BUNDLE_OPTIONS,
      mainFields: [...BUNDLE_OPTIONS.mainFields],
      conditions: [...BUNDLE_OPTIONS.conditions],
      // The loader gives it the modules.
      external: [...BUNDLE_OPTIONS.external, "*.wasm"],
      sourcemap: false,
      minify: true,
      entryPoints: [packageFile("durable", "loaded", "loaded-atom-object.ts")],
      outfile: file,
      absWorkingDir: PACKAGE_FOLDER,
      metafile: true,
    });
    writeStamp(parts, Object.keys(metafile.inputs), [BUNDLE]);
  }
  return readFile(file, "utf8");
}
