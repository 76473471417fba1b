/** What a Rust crate is built from, and what its functions are called: no cargo is needed here. */
import path from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { withFunctionNames } from "../../scripts/compile/function-names.ts";
import { demangled } from "../../scripts/compile/rust-names.ts";
import { rustSources } from "../../scripts/compile/rust-sources.ts";
import { assemble } from "../engine/wat.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

/** The files that a crate of the workspace is built from, relative to its root; those above it are not the tests'. */
function sourcesOf(crate: string): string[] {
  const files = rustSources(path.join(space.folder, crate)).map((file) => path.relative(space.folder, file));
  return files.filter((file) => !file.startsWith(".."));
}

describe("the sources of a crate", () => {
  it("are its own, and those of the crates that it takes by path, directly or not", () => {
    space.write("one/Cargo.toml", '[dependencies]\nradon = { path = "../node_modules/sdk" }\nserde = "1"\n');
    space.write("one/src/lib.rs", "");
    space.write("one/target/release/old.rs", "");
    space.write("node_modules/sdk/Cargo.toml", '[target.wasm32.dependencies.deep]\npath = "../deep"\n');
    space.write("node_modules/sdk/src/lib.rs", "");
    space.write(
      "node_modules/deep/Cargo.toml",
      '[dependencies]\none = { path = "../../one" }\n[lib]\npath = "here.rs"\n',
    );
    space.write("node_modules/deep/here.rs", "");
    space.write("other/Cargo.toml", "");
    expect(sourcesOf("one")).toEqual([
      "node_modules/deep/Cargo.toml",
      "node_modules/deep/here.rs",
      "node_modules/sdk/Cargo.toml",
      "node_modules/sdk/src/lib.rs",
      "one/Cargo.toml",
      "one/src/lib.rs",
    ]);
  });

  it("are its workspace's options and dependencies, but not its other members", () => {
    space.write(
      "ws/Cargo.toml",
      '[workspace]\nmembers = ["a", "b"]\n[workspace.dependencies]\nradon = { path = "sdk" }\n',
    );
    for (const member of ["a", "b", "sdk"]) space.write(`ws/${member}/Cargo.toml`, "");
    space.write("ws/.cargo/config.toml", "");
    space.write("ws/rust-toolchain.toml", "");
    expect(sourcesOf("ws/a")).toEqual([
      "ws/.cargo/config.toml",
      "ws/Cargo.toml",
      "ws/a/Cargo.toml",
      "ws/rust-toolchain.toml",
      "ws/sdk/Cargo.toml",
    ]);
  });

  it("are its own settings of cargo, modules called as folders of results are, and what it includes from elsewhere", () => {
    space.write("settled/Cargo.toml", "[package]\n");
    space.write("settled/.cargo/config.toml", "[build]\n");
    space.write("settled/src/build/mod.rs", "");
    space.write(
      "settled/src/lib.rs",
      'const X: &str = include_str!("../../text.txt");\n#[path = "../../aside.rs"]\nmod aside;\n',
    );
    space.write("text.txt", "");
    space.write("aside.rs", "");
    expect(sourcesOf("settled")).toEqual([
      "aside.rs",
      "settled/.cargo/config.toml",
      "settled/Cargo.toml",
      "settled/src/build/mod.rs",
      "settled/src/lib.rs",
      "text.txt",
    ]);
  });

  it("are its lock only if that fixes a version: cargo writes one at the first build", () => {
    space.write("locked/Cargo.toml", "[package]\n");
    space.write("locked/Cargo.lock", '[[package]]\nname = "locked"\nversion = "0.1.0"\n');
    expect(sourcesOf("locked")).toEqual(["locked/Cargo.toml"]);
    space.write("locked/Cargo.lock", '[[package]]\nname = "serde"\nsource = "registry+https://example.com"\n');
    expect(sourcesOf("locked")).toEqual(["locked/Cargo.lock", "locked/Cargo.toml"]);
  });

  it("are told of a manifest that is none, which is for cargo to refuse", () => {
    space.write("bad/Cargo.toml", "[package\n");
    expect(sourcesOf("bad")).toEqual(["bad/Cargo.toml"]);
  });
});

describe("the name of a function", () => {
  test.each([
    ["_ZN5probe5plain5index17h6015b5f4a0aa5a90E", "probe::plain::index"],
    ["_ZN5radon6panics4hook28_$u7b$$u7b$closure$u7d$$u7d$17h0feac789a37e774eE", "radon::panics::hook::{{closure}}"],
    [
      "_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h0feac789a37e774eE.llvm.123",
      "<&T as core::fmt::Debug>::fmt",
    ],
    ["_ZN3foo3barEv", "_ZN3foo3barEv"],
    ["_ZN3foo", "_ZN3foo"],
    ["invoke", "invoke"],
    ["$weird$", "$weird$"],
  ])("%s is read as %s", (symbol, expected) => {
    expect(demangled(symbol)).toBe(expected);
  });

  it("is changed in the module, and nothing else", () => {
    const text = (symbol: string) =>
      `(module (memory (export "memory") 1) (func $${symbol} (export "invoke") (param $n i32)))`;
    const mangled = assemble(text("_ZN3foo3bar17h0feac789a37e774eE"));
    expect(withFunctionNames(mangled, demangled)).toEqual(assemble(text("foo::bar")));
    const plain = assemble(text("plain"));
    expect(withFunctionNames(plain, demangled)).toEqual(plain);
  });
});
