/** What a file or a folder is the source of, told by what is in it. */
import path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { detectSource, isSource, languageOf, type SourceMistake } from "../../scripts/compile/source.ts";
import { workspace } from "./formulas.ts";

let space = workspace();
beforeEach(() => {
  space.remove();
  space = workspace();
});
afterAll(() => space.remove());

/** The language and the entry of what stands at a name. */
function shown(name: string): readonly [language: string, entry: string] | SourceMistake {
  const source = detectSource(path.join(space.folder, name));
  return isSource(source) ? [languageOf(source), path.relative(space.folder, source.entry)] : source;
}

describe("a file", () => {
  it.each([
    ["a.ts", "AssemblyScript"],
    ["a.wat", "WebAssembly text"],
    ["a.wasm", "WebAssembly"],
    ["a.c", "C"],
    ["a.cpp", "C++"],
    ["a.zig", "Zig"],
  ])("%s is %s, by its name", (name, language) => {
    space.write(name, "");
    expect(shown(name)).toEqual([language, name]);
  });

  it.each(["Cargo.toml", "build.zig", "asconfig.json"])("%s stands for its folder", (name) => {
    space.write(`p/${name}`, "{}");
    space.write("p/index.ts", "");
    expect(shown(`p/${name}`)).toEqual(shown("p"));
  });

  it("in no language that is known is told what is", () => {
    space.write("a.py", "");
    expect(shown("a.py")).toMatchObject({
      message: expect.stringMatching(/a.py is in no language/),
      remedy: expect.stringMatching(/\.zig.*build = "COMMAND"/),
    });
    space.write("types.d.ts", "");
    expect(shown("types.d.ts")).toHaveProperty("message");
  });
});

describe("a folder", () => {
  it.each([
    [["index.ts", "other.ts"], "AssemblyScript", "index.ts"],
    [["counter.ts", "types.d.ts", "readme.md"], "AssemblyScript", "counter.ts"],
    [["asconfig.json", "index.ts", "x.c"], "AssemblyScript", "index.ts"],
    [["asconfig.json", "assembly/index.ts"], "AssemblyScript", "assembly/index.ts"],
    [["Cargo.toml", "src/lib.rs", "x.c"], "Rust", "Cargo.toml"],
    [["build.zig", "main.zig"], "Zig", "build.zig"],
    [["main.zig", "more.zig"], "Zig", "main.zig"],
    [["one.c", "two.c", "two.h"], "C", "one.c"],
    [["one.c", "two.cpp"], "C++", "one.c"],
    [["main.wat", "other.wat"], "WebAssembly text", "main.wat"],
    [["atom.wat"], "WebAssembly text", "atom.wat"],
    [["atom.wasm", "readme.md"], "WebAssembly", "atom.wasm"],
    [["atom.c", "atom.wasm"], "C", "atom.c"],
  ])("of %j is %s, entered at %s", (names, language, entry) => {
    for (const name of names) space.write(`p/${name}`, name.endsWith(".json") ? "{}" : "");
    expect(shown("p")).toEqual([language, path.join("p", entry)]);
  });

  it("of AssemblyScript is entered where its configuration says", () => {
    space.write("p/asconfig.json", '{ "entries": ["atom.ts"] }');
    space.write("p/atom.ts", "");
    space.write("p/index.ts", "");
    expect(shown("p")).toEqual(["AssemblyScript", "p/atom.ts"]);
  });

  it.each([
    [["readme.md"], /holds no source that radon knows/, /index|\.zig/],
    [["asconfig.json"], /asconfig.json, but no index.ts/, /"entries"/],
    [["Cargo.toml", "build.zig"], /several modules: it holds Cargo.toml and build.zig/, /Name one of these/],
    [["a.ts", "b.c"], /several modules: it holds a.ts and b.c/, /build = "COMMAND"/],
    [["a.ts", "b.ts"], /several files of AssemblyScript, and none is index.ts or main.ts/, /Name the entry so/],
    [["a.wasm", "b.wasm"], /several files of WebAssembly, and none is index.wasm/, /name the file itself/],
  ])("of %j is a mistake: %s", (names, message, remedy) => {
    for (const name of names) space.write(`p/${name}`, name.endsWith(".json") ? "{}" : "");
    expect(shown("p")).toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  });
});
