/** Atoms by people who know the ABI page and nothing else: one in C, one in WebAssembly text, on two runtimes. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startRadon, temporaryFolder } from "./radon-process.ts";

const config = join(import.meta.dirname, "applications/strangers/formula.toml");
const compilers = ["clang", ...[19, 18, 17, 16, 15, 14].map((version) => `clang-${version}`)];
const hasClang = compilers.some((name) => spawnSync(name, ["--target=wasm32", "--version"]).status === 0);

test("a C atom and a .wat atom talk across runtimes", { timeout: 120_000 }, async (context) => {
  if (!hasClang) return context.skip("There is no clang with a wasm32 target on this machine.");
  const data = temporaryFolder();
  const radon = await startRadon(config, data.path);
  try {
    const post = async (path: string, body: string) =>
      (await fetch(`${radon.url}${path}`, { method: "POST", body })).text();
    expect(await post("/greet", "Ada")).toBe("Hello, Ada 1");
    expect(await post("/ping", "Grace")).toBe("Hello, Grace 2");
  } finally {
    await radon.stop();
    data.remove();
  }
});
