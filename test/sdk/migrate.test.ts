/** `migrate` as each language exports it (C++ by the macro of C): an atom that finds its count under another key than the version before left it. */
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { compileModules, type ModuleResult } from "../../scripts/compile/compile-modules.ts";
import { detectSource, isSource } from "../../scripts/compile/source.ts";
import { compileWasm } from "../../scripts/compile/wasm-module.ts";
import { World } from "../engine/engine-harness.ts";
import { wat } from "../engine/wat.ts";
import { workspace } from "../formula/formulas.ts";

const COMPILE_MS_MAX = 180_000;
const SDK = path.join(import.meta.dirname, "../../atoms/sdk");

/** Puts `count` = `7`. */
const BEFORE = `(module (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 0) "count7")
  (func (export "invoke") (drop (call $put (i32.const 0) (i32.const 5) (i32.const 5) (i32.const 1)))))`;

const AFTER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  assemblyscript: {
    "index.ts": `import { kv } from "radon-as";
      export function migrate(): void {
        kv.put("total", kv.getInteger("count"));
        kv.delete("count");
      }
      export function invoke(): void {}`,
  },
  c: {
    "main.c": `#include <radon.h>
      RADON_MIGRATE() {
        radon_buffer count = {0};
        radon_must(radon_kv_get(radon_text("count"), &count));
        radon_must(radon_kv_put(radon_text("total"), radon_view_of(&count)));
        radon_must(radon_kv_delete(radon_text("count")));
      }
      RADON_INVOKE() {}`,
  },
  rust: {
    "Cargo.toml": `[package]
      name = "after"
      version = "0.1.0"
      edition = "2021"
      [lib]
      crate-type = ["cdylib"]
      [dependencies]
      radon = { path = "${SDK}/rust/radon" }`,
    "src/lib.rs": `use radon::{kv, Message, Result};
      fn migrate() -> Result<()> {
          kv::put("total", kv::get("count")?.unwrap_or_default())?;
          kv::delete("count").map(|_| ())
      }
      fn handle(_: Message) {}
      radon::reactive!(handle);
      radon::migrate!(migrate);`,
  },
  zig: {
    "main.zig": `const radon = @import("radon");
      comptime {
          radon.reactive(handle);
          radon.migrate(migrate);
      }
      fn migrate() !void {
          try radon.kv.put("total", (try radon.kv.get(radon.allocator, "count")).?);
          _ = try radon.kv.delete("count");
      }
      fn handle(_: radon.Message) !void {}`,
  },
};

describe("migrate takes a store over", () => {
  const space = workspace();
  let results: readonly ModuleResult[] = [];

  beforeAll(async () => {
    const place = { kind: "file", file: "formula.toml", line: 1, column: 1 } as const;
    const specs = Object.entries(AFTER).map(([name, files]) => {
      for (const [file, text] of Object.entries(files)) space.write(`${name}/${file}`, text);
      const source = detectSource(path.join(space.folder, name));
      if (!isSource(source)) throw new Error(source.message);
      return { name, source, metered: true, place };
    });
    const folders = { cacheFolder: path.join(space.folder, "cache"), workFolder: path.join(space.folder, "work") };
    results = await compileModules(specs, { root: space.folder, ...folders });
  }, COMPILE_MS_MAX);
  afterAll(space.remove);
  afterEach(() => vi.restoreAllMocks());

  test.for(Object.keys(AFTER))("in %s", async (language, context) => {
    const result = results.find(({ name }) => name === language);
    if (result?.kind === "no toolchain") return context.skip(`${result.message} ${result.remedy}`);
    const module = result?.kind === "compiled" ? await compileWasm(result.wasm) : JSON.stringify(result);
    if (typeof module === "string") throw new Error(module);
    const world = new World([{ name: "a", module: wat(BEFORE) }]);
    await world.send("a", "");
    await world.deploy("a", module, language);
    expect(world.session("a").runner.reason).toBeUndefined();
    expect(world.kv("a")).toEqual({ total: "7" });
  });
});
