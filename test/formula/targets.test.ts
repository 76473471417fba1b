/** What a runtime may say of where it runs, and that it says so only to a target that listens. */
import { describe, expect, it } from "vitest";
import { applicationFor } from "../../scripts/formula/application.ts";
import { problemsOfLimits } from "../../scripts/formula/event-limits.ts";
import { load, shown } from "./formulas.ts";

const ATOM = '[[atom]]\nname = "idle"\nsource = "idle.wat"\n';
const formula = (lines: string): string => `app = "tour"\n[[runtime]]\nname = "far"\n${lines}\n${ATOM}`;

describe("a runtime on Cloudflare", () => {
  it("has a place, limits and observability, from the file or from the environment", () => {
    const lines = 'place = { location = "weur" }\nlimits = { cpu_ms = 1000 }\nobservability = { sampling = 0.5 }';
    const { formula: read, problems } = load(formula(lines), {
      RADON_RUNTIME_FAR_PLACE_JURISDICTION: "eu",
      RADON_RUNTIME_FAR_LIMITS_SUBREQUESTS: "50",
      RADON_RUNTIME_FAR_OBSERVABILITY_TRACES: "true",
    });
    expect(problems.map(shown)).toEqual([]);
    expect(read?.runtimes[0]).toMatchObject({
      place: { location: "weur", jurisdiction: "eu" },
      limits: { cpu_ms: 1000, subrequests: 50 },
      observability: { enabled: true, sampling: 0.5, traces: true },
    });
  });

  it("tells its Worker where objects are to be, but not where the Worker itself is", () => {
    const { formula: read } = load(formula('place = { location = "weur", region = "smart" }'));
    if (read === undefined) throw new Error("The formula is wrong.");
    const { runtimes } = applicationFor(read, {
      runtime: read.leader,
      development: false,
      situation: "deployed",
      hashes: new Map(),
      code: "",
    });
    expect(runtimes[0]).toHaveProperty("place", { location: "weur" });
  });

  it.each([
    ['place = { location = "europe" }', /"location" is "europe".*"weur"/],
    ['place = { region = "eu-central-1" }', /"region" is "eu-central-1".*aws:eu-central-1/],
    ["place = { tags = [] }", /Unknown key "tags" in "place".*Known here: location, jurisdiction, region/],
    ["limits = { cpu_ms = 300001 }", /"cpu_ms" is 300001.*from 1 to 300000/],
    ["limits = { cpu = 1 }", /Unknown key "cpu" in "limits".*Known here: cpu_ms, subrequests/],
    ["observability = { sampling = 2 }", /"sampling" is 2.*share from 0 to 1/],
    ["custom_domain = true", /A custom domain needs a url with https and a host alone/],
    ['url = "https://a.example.com:8443"\ncustom_domain = true', /A custom domain needs a url/],
    ["observability = true", /"observability" is true.*table/],
  ])("is told what is wrong with %s", (line, problem) => {
    expect(load(formula(line)).problems.map(shown)).toEqual([expect.stringMatching(problem)]);
  });
});

describe("a limit of events", () => {
  const limited = (atom: string) => {
    const { formula: read } = load(formula("limits = { cpu_ms = 5000 }") + atom);
    if (read === undefined) throw new Error("The formula is wrong.");
    return problemsOfLimits(read).map(shown);
  };

  it("is a warning where it comes before that of an atom", () => {
    expect(limited("cpu_ms = 5000\n")).toEqual([]);
    expect(limited("")).toEqual([
      expect.stringMatching(/^3:8 Cloudflare ends an event of "far" after 5000 ms, and "idle"/),
    ]);
  });
});

describe("a runtime on a machine of one's own", () => {
  it.each([
    'place = { location = "weur" }',
    "limits = { cpu_ms = 1000 }",
    "custom_domain = false",
    "observability = { traces = true }",
  ])("does not take %s in silence", (line) => {
    const { problems } = load(formula(`target = "workerd"\n${line}`));
    expect(problems.map(shown)).toEqual([
      expect.stringMatching(/^5:\d+ "\w+" says nothing for a runtime with target = "workerd". → Remove it, or write/),
    ]);
  });
});
