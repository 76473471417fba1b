/** The invariants of scripts/formula/environment.ts. */
import { describe, expect, it } from "vitest";
import { load, shown, TOUR } from "./formulas.ts";

const APP = `${TOUR}[[atom]]\nname = "my-counter"\nmodule = "idle"\nconfig = { start = 1 }\nhttp = "/a"\n`;

function atomWith(environment: Record<string, string>) {
  const { formula, problems } = load(APP, environment);
  expect(problems.map(shown)).toEqual([]);
  return formula?.atoms[0];
}

describe("values from the environment", () => {
  it("override those of the file, read as the setting's type", () => {
    const atom = atomWith({
      RADON_ATOM_MY_COUNTER_ATTEMPTS: "7",
      RADON_ATOM_MY_COUNTER_KIND: "daemon",
      RADON_ATOM_MY_COUNTER_GRANTS: "kv, messaging",
      RADON_ATOM_MY_COUNTER_PLACE_TAGS: "edge",
      RADON_ATOM_MY_COUNTER_PLACE_ON: "all",
      RADON_ATOM_MY_COUNTER_PLACE_PREFER: "milan, cloud",
      RADON_ATOM_MY_COUNTER_HTTP: "/b,/c",
    });
    expect(atom).toMatchObject({ attemptsMax: 7, kind: "daemon", grants: ["kv", "messaging"], http: ["/b", "/c"] });
    expect(atom?.runtimes).toEqual(["edge-1"]);
    expect(atom?.rule.prefer).toEqual(["milan", "cloud"]);
  });

  it("override top-level settings", () => {
    expect(load(APP, { RADON_APP: "other", RADON_NAMING_LEADER: "edge-1" }).formula).toMatchObject({
      app: "other",
      leader: "edge-1",
    });
  });

  it("set config as text, and add keys that the file does not have", () => {
    const atom = atomWith({ RADON_ATOM_MY_COUNTER_CONFIG_START: "5", RADON_ATOM_MY_COUNTER_CONFIG_API_KEY: "secret" });
    expect(atom?.config).toEqual({ start: "5", api_key: "secret" });
  });

  it("leave the variables of the tools alone", () => {
    expect(load(APP, { RADON_TOKEN: "x", RADON_CACHE: "/cache", PATH: "/bin" }).problems).toEqual([]);
  });
});

describe("mistakes in the environment", () => {
  it("1: are checked like those of the file, and name the variable", () => {
    const { problems, formula } = load(APP, { RADON_ATOM_MY_COUNTER_KIND: "demon", RADON_NAMING_LEADER: "clod" });
    expect(problems.map(shown).sort()).toEqual([
      expect.stringMatching(/^RADON_ATOM_MY_COUNTER_KIND "kind" is "demon".*mean "daemon"/),
      expect.stringMatching(/^RADON_NAMING_LEADER There is no runtime "clod".*mean "cloud"/),
    ]);
    expect(formula).toBeUndefined();
  });

  it("2: a variable that sets nothing is a warning with the nearest one", () => {
    const { problems, formula } = load(APP, { RADON_ATOM_MY_COUNTER_KINDS: "daemon" });
    expect(problems).toMatchObject([{ severity: "warning" }]);
    expect(problems.map(shown).join()).toMatch(/mean "RADON_ATOM_MY_COUNTER_KIND"/);
    expect(formula).toBeDefined();
  });

  it.each(["RADON_FOO", "RADON_ATOM_Q_FOO", "RADON_X"])(
    "2: nothing is made of %s, which is near to none",
    (variable) => {
      const [problem] = load(APP, { [variable]: "x" }).problems;
      expect(problem?.remedy).toMatch(/^A setting's variable is RADON_ and its path/);
    },
  );

  it("2: a variable that could set two things is an error", () => {
    const twin = `${APP}[[atom]]\nname = "my_counter"\nmodule = "idle"\n`;
    const { problems } = load(twin, { RADON_ATOM_MY_COUNTER_KIND: "daemon" });
    expect(problems.map(shown)).toEqual([
      expect.stringMatching(/could set kind of the atom "my-counter" and kind of the atom "my_counter"/),
    ]);
  });

  it("2: atoms of one name on several runtimes share their variables", () => {
    const text = `${TOUR}[[atom]]\nname = "a"\nmodule = "idle"\nplace = { tags = ["cloud"] }\n[[atom]]\nname = "a"\nmodule = "idle"\nplace = { tags = ["edge"] }\n`;
    const { formula, problems } = load(text, { RADON_ATOM_A_KIND: "daemon" });
    expect(problems).toEqual([]);
    expect(formula?.atoms.map((atom) => atom.kind)).toEqual(["daemon", "daemon"]);
  });
});
