/** Which runtimes bindings connect, and what each is built with for the others. */
import { afterAll, describe, expect, it } from "vitest";
import type { RuntimeName } from "../../durable/core/names.ts";
import { boundRuntimes, runtimeEntries } from "../../scripts/formula/application.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import { problemsOfReach, remotePairs } from "../../scripts/formula/reach.ts";
import { IDLE_WAT, workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);
space.write("idle.wat", IDLE_WAT);

const CLOUD = "cloud" as RuntimeName;
const EDGE = "edge-1" as RuntimeName;

/** Two runtimes of Cloudflare, and two machines. */
function mixed(edgeUrl = 'url = "https://edge-1.example.com"') {
  const runtimes = [
    'name = "cloud"\nurl = "https://cloud.example.com"',
    'name = "cloud-2"\nurl = "https://cloud-2.example.com"',
    `name = "edge-1"\ntarget = "workerd"\n${edgeUrl}`,
    'name = "edge-2"\ntarget = "workerd"\nurl = "https://edge-2.example.com"',
  ];
  const tables = runtimes.map((each) => `[[runtime]]\n${each}\n`).join("");
  const file = space.write(
    "formula.toml",
    `app = "mixed"\n[naming]\nleader = "cloud"\n${tables}[[atom]]\nname = "idle"\nsource = "idle.wat"\n`,
  );
  const { formula, problems } = loadFormula(file, { environment: {} });
  if (formula === undefined) throw new Error(JSON.stringify(problems));
  return formula;
}

describe("a deployed application", () => {
  it("has bindings between Workers of Cloudflare, and urls to and between machines", () => {
    expect(runtimeEntries(mixed(), CLOUD, "deployed")).toEqual([
      { name: "cloud", tags: [], atomsBinding: "ATOMS", namingBinding: "NAMING" },
      { name: "cloud-2", tags: [], atomsBinding: "ATOMS_1", namingBinding: "NAMING_1" },
      { name: "edge-1", tags: [], url: "https://edge-1.example.com" },
      { name: "edge-2", tags: [], url: "https://edge-2.example.com" },
    ]);
    expect(runtimeEntries(mixed(), EDGE, "deployed").map(({ url }) => url)).toEqual([
      "https://cloud.example.com",
      "https://cloud-2.example.com",
      undefined,
      "https://edge-2.example.com",
    ]);
    expect(boundRuntimes(mixed(), EDGE, "deployed").map(({ name }) => name)).toEqual(["edge-1"]);
    expect(remotePairs(mixed()).map((pair) => pair.join(" "))).toEqual([
      "cloud edge-1",
      "cloud edge-2",
      "cloud-2 edge-1",
      "cloud-2 edge-2",
      "edge-1 edge-2",
    ]);
  });

  it("needs a url of each runtime that no binding connects to all others", () => {
    expect(problemsOfReach(mixed())).toEqual([]);
    expect(problemsOfReach(mixed(""))).toMatchObject([
      {
        severity: "error",
        place: { kind: "file", line: 11 },
        message: 'The runtime "edge-1" has no url, and no binding connects it to "cloud".',
      },
    ]);
  });
});

describe("an application in one process", () => {
  it("has bindings between all runtimes, whatever their urls", () => {
    const entries = runtimeEntries(mixed(""), EDGE, "one process");
    expect(entries.map(({ url, namingBinding }) => [url, namingBinding])).toEqual([
      [undefined, "NAMING_1"],
      [undefined, "NAMING_2"],
      [undefined, "NAMING"],
      [undefined, "NAMING_3"],
    ]);
  });
});
