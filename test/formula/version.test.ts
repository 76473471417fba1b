/** The invariants of scripts/formula/version.ts. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { applicationFor } from "../../scripts/formula/application.ts";
import { buildFormula } from "../../scripts/formula/build.ts";
import { foldersOf } from "../../scripts/formula/folders.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import { BUNDLED_PACKAGES } from "../../scripts/formula/version.ts";
import { IDLE_WAT, load, TOUR, workspace } from "./formulas.ts";

/** One bundle takes a second; a busy machine takes many. */
const BUNDLE_MS_MAX = 60_000;
const ATOM = '[[atom]]\nname = "idle"\n';

function versionOf({ text = TOUR + ATOM, module = "abc", code = "c0de", development = false }): string {
  const { formula } = load(text);
  if (formula === undefined) throw new Error("The formula is wrong.");
  const hashes = new Map([["idle", module]]);
  return applicationFor(formula, { runtime: formula.leader, development, situation: "one process", hashes, code })
    .version;
}

function versionIn(folder: string): string {
  const generated = readFileSync(path.join(folder, "application.js"), "utf8");
  const version = /"version": "([0-9a-f]{16})"/.exec(generated)?.[1];
  if (version === undefined) throw new Error(`${folder} has an application without a version.`);
  return version;
}

describe("a version", () => {
  test("1: is the same for the same formula in another folder", () => {
    expect(versionOf({})).toBe(versionOf({}));
    expect(versionOf({})).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    ["the configuration", { text: `${TOUR}${ATOM}config = { a = 1 }\n` }],
    ["a module", { module: "abd" }],
    ["the runtime's code", { code: "c0df" }],
    ["the guard of the control API", { development: true }],
  ])("2: changes with %s", (_, changed) => {
    expect(versionOf(changed)).not.toBe(versionOf({}));
  });
});

describe("the runtime's own code", () => {
  const spaces = [workspace(), workspace()];
  afterAll(() => spaces.forEach((space) => space.remove()));

  /** The folder of the one Worker of a small application in this workspace. */
  async function built({ write }: (typeof spaces)[number], bundle: boolean): Promise<string> {
    write("idle.wat", IDLE_WAT);
    const { formula } = loadFormula(write("formula.toml", 'app = "a"\n[[atom]]\nname = "a"\nsource = "idle.wat"\n'), {
      environment: {},
    });
    if (formula === undefined) throw new Error("The formula is wrong.");
    const folders = foldersOf(formula.home, formula.app, "build", {});
    const { runtimes } = await buildFormula(formula, { folders, development: false, situation: "one process", bundle });
    return runtimes[0]?.folder ?? "";
  }

  test("2: is all that a bundle has beside the application", { timeout: BUNDLE_MS_MAX }, async () => {
    const [space] = spaces;
    if (space === undefined) throw new Error("There is no workspace.");
    const stamp = readFileSync(path.join(await built(space, true), "bundle.json"), "utf8");
    const { inputs } = JSON.parse(stamp) as { inputs: object };
    const files = Object.keys(inputs).filter((file) => path.basename(file) !== "application.js");
    const packages = new Set(files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
    expect([...packages].sort()).toEqual([...BUNDLED_PACKAGES]);
    const own = files.filter((file) => !file.startsWith("node_modules/"));
    expect(own.filter((file) => !/^(workers|durable)\/.*\.(ts|wat)$/.test(file))).toEqual([]);
  });

  test("1: is the same in another folder", async () => {
    const versions = await Promise.all(spaces.map(async (space) => versionIn(await built(space, false))));
    expect(versions[0]).toBe(versions[1]);
  });
});
