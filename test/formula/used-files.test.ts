/** What a compiler reads beside the sources, such as the headers and libraries of the system, is part of the cache's key as well. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi, type TestContext } from "vitest";
import { compileModules } from "../../scripts/compile/compile-modules.ts";
import { missingToolOf } from "../../scripts/compile/compile-source.ts";
import { dependenciesIn } from "../../scripts/compile/dependency-file.ts";
import { detectSource, isSource, type Source } from "../../scripts/compile/source.ts";
import { FILE_CLOCK_MS, keyWithUsed, noteUsed } from "../../scripts/compile/used-files.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);
const cacheFolder = path.join(space.folder, "cache");

/** A file that is only just there was perhaps read before it changed. */
async function later(): Promise<number> {
  await sleep(FILE_CLOCK_MS + 1);
  return Date.now();
}

describe("the key of what was used", () => {
  const at = { cacheFolder, root: space.folder };
  const key = "0".repeat(64);

  it("follows the content of each file, whatever its times, and comes back with it", async () => {
    const file = space.write("used.h", "1");
    const noted = await noteUsed(key, [file], await later(), at);
    expect(noted).not.toBe(key);
    expect(await keyWithUsed(key, at)).toBe(noted);
    space.write("used.h", "2");
    const other = await keyWithUsed(key, at);
    expect([noted, key]).not.toContain(other);
    space.write("used.h", "1");
    expect(await keyWithUsed(key, at)).toBe(noted);
    renameSync(file, `${file}.gone`);
    expect([noted, key, other]).not.toContain(await keyWithUsed(key, at));
  });

  it("is not there for a file that changed after the build began", async () => {
    const since = await later();
    const file = space.write("late.h", "1");
    expect(await noteUsed("1".repeat(64), [file], since, at)).toBeUndefined();
    expect(await noteUsed("1".repeat(64), [path.join(space.folder, "none.h")], since, at)).toBeUndefined();
    expect(await keyWithUsed("1".repeat(64), at)).toBe("1".repeat(64));
  });

  it("is the same in another folder that shares the cache and has the same files", async () => {
    const files = ["one", "two"].map((name) => space.write(`${name}/node_modules/p/i.ts`, "same"));
    const [one, two] = files.map((file) => ({ cacheFolder, root: file.replace(/\/node_modules.*/, "") }));
    const noted = await noteUsed("2".repeat(64), [files[0] ?? ""], await later(), one ?? at);
    expect(await keyWithUsed("2".repeat(64), two ?? at)).toBe(noted);
    writeFileSync(files[1] ?? "", "other");
    expect(await keyWithUsed("2".repeat(64), two ?? at)).not.toBe(noted);
    expect(await keyWithUsed("2".repeat(64), one ?? at)).toBe(noted);
  });
});

describe("a dependency file", () => {
  it.each([
    ["a.o: a.c /usr/x.h \\\n  b.h\n", ["a.c", "/usr/x.h", "b.h"]],
    ["/t/a b.wasm: /s/c\\ d.rs /s/e\\#f.rs $$g\n\n/s/other.rs:\n", ["/s/c d.rs", "/s/e#f.rs", "$g"]],
    ["C:\\out\\a.o: C:\\in\\a.c\n", ["C:\\in\\a.c"]],
    ["a.o:\n", []],
    ["", []],
  ])("%j names %j", (text, files) => {
    expect(dependenciesIn(text)).toEqual(files);
  });
});

describe("a module is compiled anew", () => {
  const root = path.join(space.folder, "app");
  beforeAll(() => {
    mkdirSync(root);
  });
  beforeEach(() => later());

  const sourceAt = (name: string): Source => {
    const source = detectSource(path.join(root, name));
    if (!isSource(source)) throw new Error(source.message);
    return source;
  };
  /** Whether the module comes from the cache. */
  const isCached = async (name: string): Promise<boolean> => {
    const module = { name, source: sourceAt(name), metered: true, place: PLACE };
    const [result] = await compileModules([module], { root, cacheFolder, workFolder: path.join(space.folder, "work") });
    if (result?.kind !== "compiled") throw new Error(JSON.stringify(result));
    return result.cached;
  };
  const PLACE = { kind: "file", file: "formula.toml", line: 1, column: 1 } as const;
  const has = async (name: string, context: TestContext): Promise<void> => {
    const missing = await missingToolOf(sourceAt(name));
    if (missing !== undefined) context.skip(missing.message);
  };

  it("when a package that an AssemblyScript source imports is updated", { timeout: 60_000 }, async () => {
    const library = (value: number) =>
      space.write("app/node_modules/lib/index.ts", `export function value(): i32 { return ${value}; }\n`);
    library(1);
    space.write(
      "app/as/index.ts",
      'import { value } from "lib";\nexport function invoke(): void { assert(value() > 0); }\n',
    );
    await later();
    expect([await isCached("as"), await isCached("as")]).toEqual([false, true]);
    library(2);
    await later();
    expect([await isCached("as"), await isCached("as")]).toEqual([false, true]);
    library(1);
    expect(await isCached("as")).toBe(true);
  });

  it("when wasi-libc is another one, for the same clang", { timeout: 60_000 }, async (context) => {
    const body = '__attribute__((export_name("invoke"))) void invoke(void) { puts("x"); }\n';
    space.write("app/c.c", `#include <stdio.h>\n${body}`);
    await has("c.c", context);
    const sysroot = path.join(space.folder, "sysroot");
    const triple = "wasm32-wasi";
    if (!existsSync(`/usr/lib/${triple}/crt1-reactor.o`)) context.skip("There is no wasi-libc in /usr/lib.");
    cpSync(`/usr/lib/${triple}`, path.join(sysroot, "lib", triple), { recursive: true, dereference: true });
    mkdirSync(path.join(sysroot, "include"));
    symlinkSync(`/usr/include/${triple}`, path.join(sysroot, "include", triple));
    const clang = ["clang", "clang-14"].find((name) => onPath(name)) ?? "";
    space.write("bin/clang", `#!/bin/sh\nexec ${clang} --sysroot=${sysroot} "$@"\n`);
    execFileSync("chmod", ["+x", path.join(space.folder, "bin/clang")]);
    vi.stubEnv("PATH", `${path.join(space.folder, "bin")}:${process.env["PATH"] ?? ""}`);
    await later();
    expect([await isCached("c.c"), await isCached("c.c")]).toEqual([false, true]);
    const start = path.join(sysroot, "lib", triple, "crt1-reactor.o");
    const text =
      'void __wasm_call_ctors(void);\n__attribute__((export_name("_initialize"))) void _initialize(void) { __wasm_call_ctors(); }';
    execFileSync(clang, [`--target=${triple}`, "-O1", "-c", space.write("crt.c", text), "-o", start]);
    await later();
    expect([await isCached("c.c"), await isCached("c.c")]).toEqual([false, true]);
    vi.unstubAllEnvs();
  });

  it(
    "when a file changes that a Rust crate takes in by a path that it computes",
    { timeout: 60_000 },
    async (context) => {
      space.write(
        "app/rs/Cargo.toml",
        '[package]\nname = "rs"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n',
      );
      const include = 'include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../asset.bin"))';
      space.write(
        "app/rs/src/lib.rs",
        `#[no_mangle]\npub extern "C" fn invoke() -> *const u8 { ${include}.as_ptr() }\n`,
      );
      await has("rs", context);
      space.write("app/asset.bin", "one");
      await later();
      expect([await isCached("rs"), await isCached("rs")]).toEqual([false, true]);
      space.write("app/asset.bin", "two");
      await later();
      expect([await isCached("rs"), await isCached("rs")]).toEqual([false, true]);
      expect(readdirSync(path.join(root, "rs"))).toContain("src");
    },
  );
});

function onPath(name: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(path.join(folder, name)));
}
