/** Per-runtime settings of an atom: [atom.on.RUNTIME], from the file and from the environment. */
import { afterAll, describe, expect, it } from "vitest";
import { applicationFor } from "../../scripts/formula/application.ts";
import { buildFormula } from "../../scripts/formula/build.ts";
import { foldersOf } from "../../scripts/formula/folders.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import { IDLE_WAT, load, shown, TOUR, workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

const EVERYWHERE = `${TOUR}[[atom]]
name = "a"
module = "idle"
place = { on = "all" }
http = "/a"
aliases = { topic = ["clicks"] }
config = { start = 1, mode = "slow" }
cpu_ms = 100
`;

const ON_EDGE = `[atom.on.edge-1]
config = { start = 5, more = true }
http = ["/b", "/c"]
aliases = { topic = "views" }
grants = ["kv"]
durability = "volatile"
attempts = 2
cpu_ms = 50
memory_mb = 64
http_timeout_ms = 1000
`;

/** The entry of the atom `a` on each runtime, as the Workers are built with it. */
function entries(text: string, environment: Record<string, string> = {}, single = false) {
  const { formula, problems } = load(text, environment, single);
  expect(problems.map(shown)).toEqual([]);
  if (formula === undefined) throw new Error("The formula is wrong.");
  const { atoms } = applicationFor(formula, {
    runtime: formula.leader,
    development: true,
    situation: "one process",
    hashes: new Map(),
    code: "",
  });
  return Object.fromEntries(atoms.map((atom) => [atom.runtime, atom]));
}

function problemsOf(text: string, environment: Record<string, string> = {}): string[] {
  return load(text, environment).problems.map(shown);
}

describe("what an atom is given on one runtime", () => {
  it("stands for what it is given elsewhere; its config is laid over the atom's", () => {
    const { cloud, "edge-1": edge } = entries(EVERYWHERE + ON_EDGE);
    expect(cloud).toMatchObject({ http: ["/a"], config: { start: "1", mode: "slow" }, cpuMs: 100, memoryMb: 32 });
    expect(edge).toMatchObject({
      ...{ config: { start: "5", mode: "slow", more: "true" }, http: ["/b", "/c"], aliases: { topic: ["views"] } },
      ...{ grants: ["kv"], durability: "volatile", attemptsMax: 2, cpuMs: 50, memoryMb: 64, httpTimeoutMs: 1000 },
    });
  });

  it("is as elsewhere where nothing is said", () => {
    const { cloud, "edge-1": edge } = entries(`${EVERYWHERE}[atom.on.edge-1]\nattempts = 9\n`);
    expect(edge).toEqual({ ...cloud, runtime: "edge-1", attemptsMax: 9 });
  });

  it("may come from the environment, config keys that the file does not have among it", () => {
    const { cloud, "edge-1": edge } = entries(EVERYWHERE, {
      RADON_ATOM_A_ON_EDGE_1_CPU_MS: "7",
      RADON_ATOM_A_ON_EDGE_1_HTTP: "/x,/y",
      RADON_ATOM_A_ON_EDGE_1_CONFIG_MODE: "fast",
      RADON_ATOM_A_ON_EDGE_1_CONFIG_API_KEY: "secret",
    });
    expect(edge).toMatchObject({ cpuMs: 7, http: ["/x", "/y"] });
    expect(edge?.config).toEqual({ start: "1", mode: "fast", api_key: "secret" });
    expect(cloud?.config).toEqual({ start: "1", mode: "slow" });
  });

  it("means the only runtime where none is named", () => {
    const text = 'app = "x"\n[[atom]]\nname = "a"\nsource = "idle.wat"\n';
    expect(entries(`${text}[atom.on.main]\nattempts = 2\n`)["main"]).toMatchObject({ attemptsMax: 2 });
    expect(entries(text, { RADON_ATOM_A_ON_MAIN_ATTEMPTS: "3" })["main"]).toMatchObject({ attemptsMax: 3 });
  });

  it("says nothing in a build for a single runtime", () => {
    expect(entries(EVERYWHERE + ON_EDGE, {}, true)["main"]).toMatchObject({ http: ["/a"], cpuMs: 100 });
  });
});

describe("mistakes in it", () => {
  it.each([
    ["an unknown runtime", "[atom.on.edge1]\ncpu_ms = 5", /^21:2 There is no runtime "edge1".*mean "edge-1".*cloud/],
    ["an unknown key", "[atom.on.edge-1]\ncpu_m = 5", /^22:1 Unknown key "cpu_m" in \[atom.on.edge-1\].*mean "cpu_ms"/],
    ["what cannot differ", '[atom.on.edge-1]\nkind = "daemon"', /Unknown key "kind".*Known here: .*durability/],
    ["a wrong value", "[atom.on.edge-1]\ncpu_ms = 0", /^22:10 "cpu_ms" is 0.*1 to 300000/],
    ["a wrong route", '[atom.on.edge-1]\nhttp = "b"', /^22:8 The route "b" does not start with a slash/],
    ["a wrong alias", '[atom.on.edge-1]\naliases = { topic = "" }', /^22:21 /],
    ["no table", "on = { edge-1 = 5 }", /^21:17 "edge-1" is 5, a number\. → Write a table for each runtime/],
    ["no tables", "on = 5", /^21:6 "on" is 5, a number\. → Write a table for each runtime/],
  ])("%s", (_what, added, problem) => {
    expect(problemsOf(`${EVERYWHERE}${added}\n`)).toEqual([expect.stringMatching(problem)]);
  });

  it("from the environment name the variable", () => {
    expect(problemsOf(EVERYWHERE, { RADON_ATOM_A_ON_EDGE_1_CPU_MS: "x", RADON_ATOM_A_ON_EDGE_2_CPU_MS: "5" })).toEqual([
      expect.stringMatching(/^RADON_ATOM_A_ON_EDGE_2_CPU_MS It sets nothing.*mean "RADON_ATOM_A_ON_EDGE_1_CPU_MS"/),
      expect.stringMatching(/^RADON_ATOM_A_ON_EDGE_1_CPU_MS "cpu_ms" is "x"/),
    ]);
  });

  it("a runtime that does not run the atom is a warning", () => {
    const text = EVERYWHERE.replace('on = "all"', 'tags = ["cloud"]');
    const wrong = /The atom "a" does not run on "edge-1", so this sets nothing\. → It runs on cloud: /;
    expect(problemsOf(text + ON_EDGE)).toEqual([expect.stringMatching(wrong)]);
    expect(load(text + ON_EDGE).formula).toBeDefined();
    const variable = "RADON_ATOM_A_ON_EDGE_1_CONFIG_X";
    expect(problemsOf(text, { [variable]: "5" })).toEqual([expect.stringMatching(new RegExp(`^${variable} The atom`))]);
  });

  it("a variable that one of several atoms of the name can use is none", () => {
    const atom = (tag: string) => `[[atom]]\nname = "a"\nmodule = "idle"\nplace = { tags = ["${tag}"] }\n`;
    const text = TOUR + atom("cloud") + atom("edge");
    expect(entries(text, { RADON_ATOM_A_ON_EDGE_1_CONFIG_X: "5" })["edge-1"]?.config).toEqual({ x: "5" });
  });

  it("a runtime that could not be read is not missed", () => {
    const broken = EVERYWHERE.replace('name = "edge-1"', "name = 5");
    expect(problemsOf(broken + ON_EDGE)).toEqual([expect.stringMatching(/"name" is 5/)]);
  });
});

describe("routes", () => {
  const OTHER = '[[atom]]\nname = "b"\nmodule = "idle"\nplace = { on = "all" }\nhttp = "/b"\n';

  it("may be shared by atoms that have them on different runtimes", () => {
    expect(problemsOf(`${EVERYWHERE}[atom.on.edge-1]\nhttp = "/b"\n${OTHER}[atom.on.edge-1]\nhttp = "/a"\n`)).toEqual(
      [],
    );
  });

  it("collide where both have them, and are told once for each place that writes them", () => {
    expect(problemsOf(`${EVERYWHERE}${OTHER}[atom.on.edge-1]\nhttp = "/a"\n`)).toEqual([
      expect.stringMatching(/^27:8 The route "\/a" is that of the atom "a" as well, on "edge-1"/),
    ]);
    expect(problemsOf(`${EVERYWHERE}${OTHER.replace('"/b"', '"/a"')}[atom.on.edge-1]\nattempts = 2\n`)).toEqual([
      expect.stringMatching(/^25:8 The route "\/a" .* on "cloud", "edge-1"/),
    ]);
  });
});

describe("modules", () => {
  async function built(module: string, added: string): Promise<string[]> {
    space.write("idle.wat", module);
    const { formula } = loadFormula(space.write("formula.toml", EVERYWHERE + added), { environment: {} });
    if (formula === undefined) throw new Error("The formula is wrong.");
    const folders = foldersOf(space.folder, "x", "build", {});
    const { problems } = await buildFormula(formula, {
      folders,
      development: true,
      situation: "one process",
      bundle: false,
    });
    return problems.map(shown);
  }

  it("are checked against the memory and the grants of each runtime, each told once", async () => {
    const large = IDLE_WAT.replace('"memory") 1', '"memory") 1000');
    const here = '[atom.on.edge-1]\nmemory_mb = 40\ngrants = ["kv"]\n';
    expect(await built(large, here)).toEqual([
      expect.stringMatching(/^13:1 .*starts with 63 MiB.*may have 32 MiB/),
      expect.stringMatching(/^22:13 .*starts with 63 MiB.*may have 40 MiB/),
    ]);
    const sender = `(module (import "radon:messaging" "kind" (func (result i32))) ${IDLE_WAT.slice("(module ".length)}`;
    expect(await built(sender, here)).toEqual([expect.stringMatching(/^23:10 .*radon:messaging/)]);
  });
});
