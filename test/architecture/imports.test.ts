/** House rule: imports point one way, and the core is pure. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;

interface Import {
  readonly file: string;
  readonly target: string;
}

function importsOf(folder: string): Import[] {
  return globSync(`${folder}/**/*.ts`, { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return [...text.matchAll(IMPORT)].map((match) => {
      const specifier = (match[1] ?? match[2]) as string;
      const target = specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier;
      return { file, target };
    });
  });
}

/** Which folders and packages a folder may import from. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  "durable/core": ["durable/core/", "re2js"],
  "durable/engine": ["durable/core/", "durable/engine/", "@bjorn3/browser_wasi_shim", "zod"],
  durable: [
    "durable/",
    "cloudflare:workers",
    "itty-router",
    "jose",
    "zod",
    "radon:application",
    "@bjorn3/browser_wasi_shim",
    "re2js",
  ],
  workers: ["workers/", "durable/", "hono", "zod", "radon:application"],
};

describe("imports point one way: workers -> durable -> durable/engine -> durable/core", () => {
  test.each(Object.entries(RULES))("%s imports only what it may", (folder, allowed) => {
    const imports = importsOf(folder);
    expect(imports.length).toBeGreaterThan(0);
    const wrong = imports.filter(({ target }) => !allowed.some((prefix) => target.startsWith(prefix)));
    expect(wrong).toEqual([]);
  });

  test("the core reads no clock and draws no random numbers: both are arguments", () => {
    const impure = /Date\.now|new Date\(\)|performance\.|Math\.random|crypto\.|setTimeout|setInterval/;
    const files = globSync("durable/core/**/*.ts", { cwd: root });
    const wrong = files.filter((file) => impure.test(readFileSync(join(root, file), "utf8")));
    expect(wrong).toEqual([]);
  });
});
