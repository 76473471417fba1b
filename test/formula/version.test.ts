/** The invariants of scripts/formula/version.ts. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { applicationFor } from "../../scripts/formula/application.ts";
import { buildFormula, type Build } from "../../scripts/formula/build.ts";
import { foldersOf } from "../../scripts/formula/folders.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import { BUNDLED_PACKAGES } from "../../scripts/formula/version.ts";
import { IDLE_WAT, load, TOUR, workspace } from "./formulas.ts";

const ATOM = '[[atom]]\nname = "idle"\n';

function versionOf({ text = TOUR + ATOM, module = "abc", code = "c0de", development = false }): string {
  const { formula } = load(text);
  if (formula === undefined) throw new Error("The formula is wrong.");
  const hashes = new Map([["idle", module]]);
  return applicationFor(formula, { runtime: formula.leader, development, hashes, code }).version;
}

function versionIn(worker: string): string {
  const version = /"version": "([0-9a-f]{16})"/.exec(readFileSync(worker, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${worker} has no version.`);
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
  // Two folders, as on two machines.
  const spaces = [workspace(), workspace()];
  afterAll(() => spaces.forEach((space) => space.remove()));

  async function build({ write }: (typeof spaces)[number]): Promise<Build> {
    write("idle.wat", IDLE_WAT);
    const { formula } = loadFormula(write("formula.toml", TOUR + ATOM), { environment: {} });
    if (formula === undefined) throw new Error("The formula is wrong.");
    const folders = foldersOf(formula.home, formula.app, "build", {});
    return buildFormula(formula, { folders, development: false, bundle: true });
  }

  test("1, 2: is all that a bundle has beside the application", async () => {
    const [first, second] = await Promise.all(spaces.map(build));
    const folder = first?.runtimes[0]?.folder ?? "";
    const { inputs } = JSON.parse(readFileSync(path.join(folder, "bundle.json"), "utf8")) as { inputs: object };
    const files = Object.keys(inputs).filter((file) => path.basename(file) !== "application.js");
    const packages = new Set(files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
    expect([...packages].sort()).toEqual([...BUNDLED_PACKAGES]);
    const own = files.filter((file) => !file.startsWith("node_modules/"));
    expect(own.filter((file) => !/^(workers|durable)\/.*\.(ts|wat)$/.test(file))).toEqual([]);
    const versions = [first, second].map((each) => each?.runtimes.map(({ worker }) => versionIn(worker)));
    expect(versions[0]).toEqual(versions[1]);
    expect(new Set(versions.flat()).size).toBe(2);
  }, 60_000);
});
