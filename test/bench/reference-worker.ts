/** A Worker of bare Durable Objects, bundled from its sources. It answers at the host `reference.localhost`. */
import { build } from "esbuild";
import { COMPATIBILITY_DATE } from "../../durable/core/platform.ts";
import type { Workers } from "./applications.ts";

/** `objects`: the binding of each class. `wasm`: the modules that it imports, by their path. */
export async function referenceWorker(
  entry: string,
  objects: Readonly<Record<string, string>>,
  wasm: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {},
): Promise<Workers[number]> {
  const bundled = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "*.wasm"],
  });
  const bindings = Object.entries(objects).map(
    ([binding, className]) => [binding, { className, useSQLite: true }] as const,
  );
  return {
    name: "reference",
    compatibilityDate: COMPATIBILITY_DATE,
    modules: [
      { type: "ESModule", path: "worker.mjs", contents: bundled.outputFiles[0]?.text ?? "" },
      ...Object.entries(wasm).map(([file, contents]) => ({ type: "CompiledWasm" as const, path: file, contents })),
    ],
    durableObjects: Object.fromEntries(bindings),
    routes: ["reference.localhost/*"],
  };
}
