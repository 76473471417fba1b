/**
 * What `npm pack` does first: bundles the command into dist/, as JavaScript. Node strips no types below node_modules, where a
 * package is once it is installed, and one file starts quicker than two hundred. The Workers' own code is packed as it is:
 * `radon` bundles it for each runtime.
 */
import { rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** All files are right in dist/, so that the package's folder is one up from each of them, as it is from scripts/. */
await rm(path.join(root, "dist"), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ["scripts/radon.ts"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  chunkNames: "[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node22",
  packages: "external",
  keepNames: true,
});
