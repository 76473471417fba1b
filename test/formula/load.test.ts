/** What a right formula means. */
import { describe, expect, it } from "vitest";
import { DEFAULT_GRANTS } from "../../durable/core/application.ts";
import { applicationFor } from "../../scripts/formula/application.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import { IDLE_WAT, load, shown, TOUR, workspace } from "./formulas.ts";

describe("a formula", () => {
  it("needs no more than a name and an atom with a source", () => {
    const { formula, problems } = load('app = "tiny"\n[[atom]]\nname = "idle"\nsource = "idle.wat"\n');
    expect(problems).toEqual([]);
    expect(formula).toMatchObject({ app: "tiny", leader: "main", runtimes: [{ name: "main", tags: [] }] });
    expect(formula?.modules).toMatchObject([{ name: "idle", source: { kind: "wat" } }]);
    expect(formula?.atoms[0]).toMatchObject({
      ...{ module: "idle", kind: "reactive", runtimes: ["main"], http: [], aliases: {}, config: {} },
      ...{ grants: DEFAULT_GRANTS, durability: "durable", attemptsMax: 5, httpTimeoutMs: 30_000 },
      ...{ metering: true, cpuMs: 10_000, memoryMb: 32 },
    });
  });

  it("is read without its atoms, and without what is wrong about them, where only the runtimes matter", () => {
    const space = workspace();
    const wrong = `[[module]]\nname = "gone"\nsource = "nowhere"\n[[atom]]\nkind = 3\nnot a line\n[[atoms]]\n`;
    space.write("formula.toml", TOUR.replace(/\[\[module\]\][^[]*/g, "") + wrong);
    const read = (environment = {}, only = "runtimes" as const) =>
      loadFormula(`${space.folder}/formula.toml`, { environment, only });
    const { formula, problems } = read({ RADON_ATOM_GONE_CPU_MS: "many", RADON_RUNTIME_EDGE_1_TAGS: "north" });
    expect(problems).toEqual([]);
    expect(formula).toMatchObject({ app: "tour", leader: "cloud", atoms: [], runtimes: [{}, { tags: ["north"] }] });
    expect(read({ RADON_NAMING_LEADER: "nobody" }).problems.map(shown)).toEqual([
      expect.stringMatching(/no runtime "nobody"/),
    ]);
    space.remove();
  });

  it("has the one runtime lead where there is no [naming]", () => {
    const { formula } = load('app = "a"\n[[runtime]]\nname = "solo"\n[[atom]]\nname = "idle"\nsource = "idle.wat"\n');
    expect(formula?.leader).toBe("solo");
  });

  it("turns config values into text, and a single route or alias into a list", () => {
    const { formula } = load(
      `${TOUR}[[atom]]\nname = "idle"\nhttp = "/x/:id"\naliases = { topic = "t", room = ["a", "a", "b"] }\nconfig = { n = 1.5, yes = true, text = "t" }\n`,
    );
    expect(formula?.atoms[0]).toMatchObject({
      http: ["/x/:id"],
      aliases: { topic: ["t"], room: ["a", "b"] },
      config: { n: "1.5", yes: "true", text: "t" },
    });
  });

  it("may have one name on several runtimes", () => {
    const twice = (tag: string): string => `[[atom]]\nname = "a"\nmodule = "idle"\nplace = { tags = ["${tag}"] }\n`;
    const { formula, problems } = load(TOUR + twice("cloud") + twice("edge"));
    expect(problems).toEqual([]);
    expect(formula?.atoms.flatMap((atom) => atom.runtimes)).toEqual(["cloud", "edge-1"]);
  });

  it("puts every atom on one runtime in a single build, the first of each name", () => {
    const everywhere = '[[atom]]\nname = "a"\nmodule = "idle"\nplace = { on = "all" }\n';
    expect(load(TOUR + everywhere, {}, true).formula).toMatchObject({
      leader: "main",
      atoms: [{ runtimes: ["main"] }],
    });
    const twice = (tag: string): string => `[[atom]]\nname = "a"\nmodule = "idle"\nplace = { tags = ["${tag}"] }\n`;
    const { problems } = load(TOUR + twice("cloud") + twice("edge"), {}, true);
    expect(problems).toMatchObject([{ severity: "note", message: expect.stringMatching(/This "a" .*line 14/) }]);
  });
});

describe("the application of a runtime", () => {
  it("names its own bindings plainly and numbers those of its peers", () => {
    const { formula } = load(`${TOUR}[[atom]]\nname = "idle"\nplace = { on = "all" }\n`);
    const edge = formula?.runtimes[1]?.name;
    if (formula === undefined || edge === undefined) throw new Error("The formula is wrong.");
    const application = applicationFor(formula, {
      runtime: edge,
      development: true,
      situation: "one process",
      hashes: new Map([["idle", "abc"]]),
      code: "c0de",
    });
    expect(application).toMatchObject({ app: "tour", runtime: "edge-1", leader: "cloud", development: true });
    expect(application.runtimes).toEqual([
      { name: "cloud", tags: ["cloud"], atomsBinding: "ATOMS_1", namingBinding: "NAMING_1" },
      { name: "edge-1", tags: ["edge", "milan"], atomsBinding: "ATOMS", namingBinding: "NAMING" },
    ]);
    expect(application.atoms.map((atom) => [atom.runtime, atom.name, atom.moduleHash])).toEqual([
      ["cloud", "idle", "abc"],
      ["edge-1", "idle", "abc"],
    ]);
  });
});

describe("include", () => {
  const space = workspace();
  const at = (name: string, text: string) => loadFormula(space.write(name, text), { environment: {} });

  it("takes the application from another file, whose folder its paths are relative to", () => {
    space.write("sub/idle.wat", IDLE_WAT);
    const inner = space.write("sub/formula.toml", 'app = "inner"\n[[atom]]\nname = "idle"\nsource = "idle.wat"\n');
    const { formula, files } = at("formula.toml", 'include = "sub/formula.toml"\n');
    expect(formula).toMatchObject({ app: "inner", file: inner, home: space.folder, folder: `${space.folder}/sub` });
    expect(files).toHaveLength(2);
  });

  it.each([
    ["a.toml", 'include = "none.toml"', /^1:11 There is no file none.toml/],
    ["b.toml", 'include = "formula.toml"\napp = "x"', /^1:11 .*other keys/],
    ["self.toml", 'include = "./self.toml"', /^1:11 .*self.toml includes itself/],
    ["c.toml", 'include = "formula.toml"', /^1:11 formula.toml includes another/],
    ["d.toml", "include = 1", /^1:11 "include" is no path/],
  ])("%s is refused", (name, text, problem) => {
    expect(at(name, text).problems.map(shown)).toEqual([expect.stringMatching(problem)]);
  });

  it("is a file: of a folder it names the formula that is in it, and not its neighbour's", () => {
    const problem = (folder: string) =>
      loadFormula(`${space.folder}/${folder}`, { environment: {} }).problems.map(shown);
    expect(problem("sub")).toEqual([expect.stringMatching(/This is a folder.*--config .*sub\/formula.toml/)]);
    space.write("empty/readme", "");
    expect(problem("empty")).toEqual([expect.stringMatching(/This is a folder.*There is no formula.toml in it/)]);
  });

  it("names a formula nearby where there is none", () => {
    const { problems } = loadFormula(`${space.folder}/missing.toml`, { environment: {} });
    expect(problems.map(shown)).toEqual([expect.stringMatching(/There is no formula here.*sub\/formula.toml/)]);
  });
});
