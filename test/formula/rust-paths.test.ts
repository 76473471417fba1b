/** A Rust module names no folder of the machine that it was built on: not in panics, and not in its lines, which are right all the same. */
import { cpSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, describe, expect, it, vi, type TestContext } from "vitest";
import { SourceLines } from "../../durable/engine/source-lines.ts";
import { compileModules, type CompiledModule } from "../../scripts/compile/compile-modules.ts";
import { rust } from "../../scripts/compile/rust.ts";
import { extentsOf } from "../../scripts/compile/lines/code-lines.ts";
import { indexModule } from "../../scripts/compile/metering/module-index.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);
afterEach(() => vi.unstubAllEnvs());

const CARGO = await rust.find({ kind: "rust", entry: "Cargo.toml", folder: space.folder });
const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;

const crate = (name: string, rest: string) =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${rest}`;
const GET = "#[inline(never)]\npub fn get(items: &[u32], at: usize) -> u32 {\n    items[at]\n}\n";
const paths = '[dependencies]\nnear = { path = "../../lib/near" }\nfar = { path = "../../../shared/far" }\n';
space.write("one/app/atoms/x/Cargo.toml", crate("x", `[lib]\ncrate-type = ["cdylib"]\n${paths}`));
space.write("one/app/lib/near/Cargo.toml", crate("near", ""));
space.write("one/app/lib/near/src/lib.rs", GET);
space.write("one/shared/far/Cargo.toml", crate("far", ""));
space.write("one/shared/far/src/lib.rs", GET);
const BODY = `
#[no_mangle]
pub extern "C" fn invoke(at: usize) -> u32 {
    let items = vec![1, 2];
    near::get(&items, at) + far::get(&items, at) + items[at + 1]
}
#[cfg(special)]
#[no_mangle]
pub extern "C" fn special() {}
`;
space.write("one/app/atoms/x/src/lib.rs", BODY);
cpSync(path.join(space.folder, "one"), path.join(space.folder, "other=where"), { recursive: true });
cpSync(path.join(space.folder, "one"), path.join(space.folder, "generic"), { recursive: true });
const GENERIC = GET.replace("get(items: &[u32], at: usize) -> u32", "get<T: Copy>(items: &[T], at: usize) -> T");
space.write("generic/app/lib/near/src/lib.rs", GENERIC);

async function compiled(place: string, context: TestContext): Promise<CompiledModule> {
  if (CARGO.kind === "missing") return context.skip(CARGO.message);
  const root = path.join(space.folder, place, "app");
  const folder = path.join(root, "atoms/x");
  const source = { kind: "rust", entry: path.join(folder, "Cargo.toml"), folder } as const;
  const module = { name: "x", source, metered: false, place: { kind: "file", file: "", line: 1, column: 1 } } as const;
  const folders = { cacheFolder: path.join(root, "cache"), workFolder: path.join(root, "work") };
  const [result] = await compileModules([module], { root, ...folders });
  if (result?.kind !== "compiled") throw new Error(JSON.stringify(result));
  return result;
}

/** Every file and line that the module tells. */
function linesOf(wasm: Uint8Array): string[] {
  const lines = SourceLines.of(new Module(wasm));
  const told = extentsOf(indexModule(wasm)).flatMap(({ from, to }) =>
    Array.from(
      { length: to - from },
      (_, at) => lines?.at(from + at)?.map(({ file, line }) => `${file}:${line}`) ?? [],
    ),
  );
  return [...new Set(told.flat())].sort();
}

describe("a Rust module", { timeout: 60_000 }, () => {
  it("names files as they are seen from the formula's folder, and has the lines of its own", async (context) => {
    const { wasm } = await compiled("one", context);
    const named = [space.folder, "lib/near/src/lib.rs", "../shared/far/src/lib.rs"];
    expect(named.map((name) => Buffer.from(wasm).includes(name))).toEqual([false, true, true]);
    expect(linesOf(wasm)).toEqual(expect.arrayContaining(["atoms/x/src/lib.rs:5", "lib/near/src/lib.rs:3"]));
    expect(linesOf(wasm).filter((line) => !/^(atoms\/x|lib\/near)\/src\/lib\.rs:/.test(line))).toEqual([]);
  });

  it("has the lines of another crate's function that is compiled along with its own", async (context) => {
    expect(linesOf((await compiled("generic", context)).wasm)).toContain("lib/near/src/lib.rs:3");
  });

  // Generic code of other crates is not in it: cargo calls a crate otherwise in another folder, and rustc sorts such code by that.
  it("is the same in another folder", async (context) => {
    const { hash } = await compiled("one", context);
    expect(await compiled("other=where", context)).toMatchObject({ hash });
  });

  const isSpecial = async (context: TestContext): Promise<boolean> => {
    const { wasm } = await compiled("one", context);
    expect(Buffer.from(wasm).includes(space.folder)).toBe(false);
    return WebAssembly.Module.exports(new Module(wasm)).some(({ name }) => name === "special");
  };

  it.for([
    ["all targets", "[build]"],
    ["its own", "[target.wasm32-unknown-unknown]"],
    ["some targets", "[target.'cfg(target_arch = \"wasm32\")']"],
    ["another one", '[target.x86_64-unknown-linux-gnu]\nrustflags = ["--cfg", "other"]\n[build]'],
  ] as const)("keeps the flags that cargo's settings have for %s", async ([, table], context) => {
    space.write("one/app/.cargo/config.toml", `${table}\nrustflags = ["--cfg", "special"]\n`);
    expect(await isSpecial(context)).toBe(true);
    space.write("one/app/.cargo/config.toml", "");
  });

  it.for([
    ["RUSTFLAGS", "--cfg special"],
    ["CARGO_ENCODED_RUSTFLAGS", "--cfg\u001fspecial"],
  ] as const)("keeps the flags of %s, and is another one with them", async ([name, flags], context) => {
    expect(await isSpecial(context)).toBe(false);
    vi.stubEnv(name, flags);
    expect(await isSpecial(context)).toBe(true);
  });
});
