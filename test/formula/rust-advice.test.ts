/** What is told of a crate that takes the SDK from node_modules before `npm install` has brought it. */
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { compileModules } from "../../scripts/compile/compile-modules.ts";
import { detectSource, isSource } from "../../scripts/compile/source.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

it("is that npm has to bring it, before what cargo says", async (context) => {
  const sdk = 'radon = { path = "../node_modules/radon-workers/atoms/sdk/rust/radon" }';
  space.write("hello/Cargo.toml", `[package]\nname = "hello"\nversion = "0.1.0"\n[dependencies]\n${sdk}\n`);
  space.write("hello/src/lib.rs", "");
  const source = detectSource(path.join(space.folder, "hello"));
  if (!isSource(source)) throw new Error(source.message);
  const place = { kind: "file", file: "formula.toml", line: 1, column: 1 } as const;
  const [result] = await compileModules([{ name: "hello", source, metered: true, place }], {
    root: space.folder,
    cacheFolder: path.join(space.folder, "cache"),
    workFolder: path.join(space.folder, "work"),
  });
  if (result?.kind === "no toolchain") return context.skip(result.message);
  expect(result).toMatchObject({
    kind: "refused",
    diagnostics: expect.stringMatching(
      /^What the crate takes from .*node_modules is not there yet: run npm install first\.\nerror/,
    ),
  });
});
