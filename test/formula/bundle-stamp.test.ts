/** A bundle is made anew if anything that went into it is not as it was. */
import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { FileHashes } from "../../scripts/compile/file-hashes.ts";
import { isCurrent, writeStamp } from "../../scripts/formula/bundle-stamp.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

const parts = (maker = "bundler 1") => ({ folder: space.folder, maker, hashes: new FileHashes() });

beforeEach(() => {
  const inputs = [space.write("in/a.ts", "a"), space.write("in/b.ts", "b")];
  space.write("worker.js", "bundle");
  writeStamp(parts(), inputs, ["worker.js"]);
});

it("nothing changed", () => {
  expect(isCurrent(parts())).toBe(true);
});

it.each<[string, () => unknown]>([
  ["an input changed", () => space.write("in/b.ts", "c")],
  ["an input is gone", () => rmSync(path.join(space.folder, "in/a.ts"))],
  ["the bundle changed", () => space.write("worker.js", "bundle ")],
  ["the bundle is gone", () => rmSync(path.join(space.folder, "worker.js"))],
  ["the stamp is gone", () => rmSync(path.join(space.folder, "bundle.json"))],
  ["the stamp cannot be read", () => space.write("bundle.json", '{ "maker": 1 }')],
])("%s", (_what, change) => {
  change();
  expect(isCurrent(parts())).toBe(false);
});

it("the bundler is another one", () => {
  expect(isCurrent(parts("bundler 2"))).toBe(false);
});
