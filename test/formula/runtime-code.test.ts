/** The code that all Workers share: it is bundled once, again only if it is not as it was, and traced to its sources in each Worker. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { decode } from "@jridgewell/sourcemap-codec";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FileHashes } from "../../scripts/compile/file-hashes.ts";
import { writeWorker } from "../../scripts/formula/bundle.ts";
import type { RuntimeCode } from "../../scripts/formula/runtime-code.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

/** One bundle takes a second; a busy machine takes many. */
const BUNDLE_MS_MAX = 60_000;
const FILE = "worker.json";
/** As a process does it that has made none yet. */
const codeNow = async () => {
  vi.resetModules();
  const { runtimeCode } = await import("../../scripts/formula/runtime-code.ts");
  return runtimeCode(space.folder, new FileHashes());
};
let made: RuntimeCode;
beforeAll(async () => {
  made = await codeNow();
}, BUNDLE_MS_MAX);

it("a process that has made it does not look for it again", async () => {
  const { runtimeCode } = await import("../../scripts/formula/runtime-code.ts");
  const first = await runtimeCode(space.folder, new FileHashes());
  expect((await runtimeCode(path.join(space.folder, "elsewhere"), new FileHashes())) === first).toBe(true);
});

describe("what is kept", () => {
  const keep = (changed: object) => space.write(FILE, JSON.stringify({ ...made, code: "// kept", ...changed }));

  it("is taken if it is as it was", async () => {
    keep({});
    expect((await codeNow()).code).toBe("// kept");
  });

  it.each<[string, () => unknown]>([
    ["the bundler is another one", () => keep({ maker: "bundler 2" })],
    ["a source was another one", () => keep({ inputs: { ...made.inputs, "workers/runtime.ts": "0" } })],
    ["a source is gone", () => keep({ inputs: { ...made.inputs, "workers/gone.ts": "0" } })],
    ["it cannot be read", () => space.write(FILE, "{")],
  ])("is made anew if %s", { timeout: BUNDLE_MS_MAX }, async (_what, change) => {
    change();
    const kept = () => readFileSync(path.join(space.folder, FILE), "utf8");
    // Too long to be shown where they differ.
    expect((await codeNow()).code === made.code).toBe(true);
    expect(kept() === JSON.stringify(made)).toBe(true);
  });
});

it("a Worker's source map leads to the sources, whatever stands in front of the code", async () => {
  const prelude = "// one\n// two\n";
  const folder = path.dirname(space.write("worker/application.js", prelude));
  const worker = await writeWorker({ folder, prelude, wasm: [] }, new FileHashes(), () => Promise.resolve(made));
  const lines = readFileSync(worker, "utf8").split("\n");
  const map = JSON.parse(readFileSync(`${worker}.map`, "utf8")) as {
    readonly sources: readonly string[];
    readonly sourcesContent: readonly string[];
    readonly mappings: string;
  };
  const at = lines.findIndex((each) => each.startsWith("var AtomObject = class"));
  const [, source = 0, line = 0] = decode(map.mappings)[at]?.[0] ?? [];
  expect(map.sources[source]).toBe("durable/atom-object.ts");
  expect(map.sourcesContent[source]?.split("\n")[line]).toMatch(/^export class AtomObject /);
});
