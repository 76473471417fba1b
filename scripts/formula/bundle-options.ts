/** How Workers are bundled: part of what a bundle's stamp and a Worker's version cover. */
import { versionOf } from "../package.ts";

export const BUNDLE_OPTIONS = {
  bundle: true,
  format: "esm",
  target: "es2024",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*", "node:*"],
  sourcemap: "linked",
  logLevel: "silent",
} as const;

/** The bundler and what it is asked for; another text means another bundle. */
export function bundlerText(): string {
  return JSON.stringify(["esbuild", versionOf("esbuild"), BUNDLE_OPTIONS]);
}
