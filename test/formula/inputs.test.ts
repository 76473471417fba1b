/** Everything that a compilation reads is an input of it: what is not would leave an old module in the cache. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { inputsOf } from "../../scripts/compile/compile-source.ts";
import { c } from "../../scripts/compile/c.ts";
import type { Job } from "../../scripts/compile/compiler.ts";
import { filesBelow } from "../../scripts/compile/source-files.ts";

const folders: string[] = [];

/** A folder with these files; returns the path of one in it. */
function folderOf(files: Readonly<Record<string, string>>): (...pieces: string[]) => string {
  const root = mkdtempSync(path.join(tmpdir(), "radon-inputs-"));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return (...pieces) => path.join(root, ...pieces);
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe("of any folder", () => {
  it("results at its top are none, and a folder of that name further down is a source", () => {
    const at = folderOf({ "build/out.js": "", "dist/a": "", "src/build/mod.rs": "", "src/target/a.c": "" });
    expect(filesBelow(at())).toEqual([at("src/build/mod.rs"), at("src/target/a.c")]);
  });

  it("what links lead to is one, and a link to a folder above does not go on for ever", () => {
    const at = folderOf({ "real.txt": "", "folder/inside.txt": "", "project/own.txt": "" });
    symlinkSync(at("real.txt"), at("project/link.txt"));
    symlinkSync(at("folder"), at("project/linked"));
    symlinkSync(at("project"), at("project/loop"));
    symlinkSync(at("nowhere"), at("project/broken"));
    const found = ["link.txt", "linked/inside.txt", "own.txt"].map((name) => at("project", name));
    expect(filesBelow(at("project"))).toEqual(found);
  });
});

describe("of a Zig project", () => {
  it("packages that it takes by path are some", () => {
    const manifest = '.{ .dependencies = .{ .dep = .{ .path = "../dep" } } }';
    const at = folderOf({ "zig/build.zig": "", "zig/build.zig.zon": manifest, "dep/dep.zig": "" });
    const inputs = inputsOf({ kind: "zig", entry: at("zig/build.zig"), folder: at("zig") });
    expect(inputs).toContain(at("dep/dep.zig"));
  });
});

describe("a C source is built as a program", () => {
  it.each([
    ["int main(void) { return 0; }", true],
    ["int\nmain(int argc, char **argv)\n{ return 0; }", true],
    ["/*\n  int main(void) is not what an atom has.\n*/\nvoid invoke(void) {}", false],
    ["// int main(void)\nvoid invoke(void) {}", false],
    ["void invoke(void) { int domain(void); }", false],
  ])("%j: %s", (text, isProgram) => {
    const at = folderOf({ "atom.c": text });
    const source = { kind: "c", entry: at("atom.c"), files: [at("atom.c")], folder: undefined } as const;
    const job: Job = { root: at(), scratch: at(), keep: at(), signal: undefined, colours: false };
    expect(c.flags(source, job).includes("-mexec-model=command")).toBe(isProgram);
  });
});
