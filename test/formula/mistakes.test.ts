/** Every class of mistake in a formula: its place, what is wrong, and what would be right. */
import { describe, expect, it } from "vitest";
import { loadFormula } from "../../scripts/formula/load.ts";
import { IDLE_WAT, load, shown, TOUR, workspace } from "./formulas.ts";

/** The problems of TOUR with lines added; the first added line is line 13. */
function mistakes(added: string): string[] {
  return load(TOUR + added).problems.map(shown);
}

const ATOM = '[[atom]]\nname = "a"\nmodule = "idle"\n';

interface Case {
  readonly what: string;
  readonly text: string;
  readonly at: string;
  readonly wrong: RegExp;
  readonly right: RegExp;
}

/** The first line of `text` is line 16, that of the atom's name 14. */
const IN_ATOM: readonly Case[] = [
  {
    what: "an unknown key",
    text: 'kin = "daemon"',
    at: "16:1",
    wrong: /Unknown key "kin" in the atom "a"\./,
    right: /mean "kind"/,
  },
  {
    what: "an unknown key in a table",
    text: 'place = { tag = ["edge"] }',
    at: "16:11",
    wrong: /Unknown key "tag" in "place"/,
    right: /mean "tags"/,
  },
  {
    what: "a wrong type",
    text: "kind = 5",
    at: "16:8",
    wrong: /"kind" is 5, a number/,
    right: /"reactive" or "daemon"/,
  },
  { what: "a bad kind", text: 'kind = "deamon"', at: "16:8", wrong: /"kind" is "deamon"/, right: /mean "daemon"/ },
  {
    what: "a bad durability",
    text: 'durability = "volatil"',
    at: "16:14",
    wrong: /"durability" is/,
    right: /mean "volatile"/,
  },
  {
    what: "an unknown grant",
    text: 'grants = ["kv", "mesaging"]',
    at: "16:17",
    wrong: /"mesaging"/,
    right: /mean "messaging"/,
  },
  {
    what: "grants that are no list",
    text: 'grants = "kv"',
    at: "16:10",
    wrong: /"grants" is "kv"/,
    right: /\["kv", "messaging"\]/,
  },
  { what: "no attempts", text: "attempts = 0", at: "16:12", wrong: /"attempts" is 0/, right: /whole number from 1/ },
  {
    what: "half a millisecond",
    text: "http_timeout_ms = 0.5",
    at: "16:19",
    wrong: /0.5/,
    right: /whole number from 1/,
  },
  {
    what: "a tag that no runtime has",
    text: 'place = { tags = ["milano"] }',
    at: "16:19",
    wrong: /No runtime has the tag "milano"/,
    right: /mean "milan"/,
  },
  {
    what: "tags that no runtime has together",
    text: 'place = { tags = ["cloud", "edge"] }',
    at: "16:18",
    wrong: /No runtime is tagged "cloud" and "edge"/,
    right: /all of these/,
  },
  {
    what: "more runtimes than there are",
    text: 'place = { tags = ["edge"], on = 2 }',
    at: "16:33",
    wrong: /2 runtimes, but only 1 is tagged "edge"/,
    right: /Lower "on"/,
  },
  {
    what: "a bad on",
    text: 'place = { on = "some" }',
    at: "16:16",
    wrong: /"on" is "some"/,
    right: /"one", on = "all"/,
  },
  {
    what: "an on that is no number of runtimes",
    text: "place = { on = 0 }",
    at: "16:16",
    wrong: /"on" is 0/,
    right: /"one", on = "all"/,
  },
  {
    what: "a place that is a text",
    text: 'place = "cloud"',
    at: "16:9",
    wrong: /"place" is "cloud"/,
    right: /Write a table: place/,
  },
  {
    what: "a route without a slash",
    text: 'http = "counter"',
    at: "16:8",
    wrong: /does not start with a slash/,
    right: /"\/counter"/,
  },
  { what: "a reserved route", text: 'http = "/_radon/x"', at: "16:8", wrong: /reserved/, right: /first segment/ },
  {
    what: "a route with a query",
    text: 'http = ["/a", "/b?c=1"]',
    at: "16:15",
    wrong: /holds "\?"/,
    right: /path only/,
  },
  {
    what: "a star inside a segment",
    text: 'http = "/a*"',
    at: "16:8",
    wrong: /part of the segment "a\*"/,
    right: /whole segments/,
  },
  { what: "a bad parameter", text: 'http = "/:id-x"', at: "16:8", wrong: /":id-x" is no parameter/, right: /:name/ },
  {
    what: "a bad expression",
    text: 'http = "/:id{[0-9}"',
    at: "16:8",
    wrong: /no regular expression/,
    right: /\[0-9\]\+/,
  },
  {
    what: "an optional segment in the middle",
    text: 'http = "/:a?/b"',
    at: "16:8",
    wrong: /not the last segment/,
    right: /Only the last/,
  },
  { what: "a route twice", text: 'http = ["/a", "/a"]', at: "16:15", wrong: /stands twice/, right: /once/ },
  {
    what: "an empty scope",
    text: 'aliases = { "" = ["v"] }',
    at: "16:18",
    wrong: /needs a scope/,
    right: /scope = \["value"\]/,
  },
  {
    what: "a value that is no text",
    text: "aliases = { topic = [1] }",
    at: "16:21",
    wrong: /"topic" is a list/,
    right: /lists of values/,
  },
  {
    what: "a table as a config value",
    text: "config = { a = { b = 1 } }",
    at: "16:16",
    wrong: /"a" is a table/,
    right: /text, a number/,
  },
  {
    what: "a date as a config value",
    text: "config = { a = 2026-01-01 }",
    at: "16:16",
    wrong: /"a" is a date/,
    right: /text, a number/,
  },
  {
    what: "a number that would be rounded",
    text: "config = { a = 9007199254740993 }",
    at: "16:16",
    wrong: /"a" is/,
    right: /in quotes/,
  },
  {
    what: "a module and a source",
    text: 'source = "idle.wat"',
    at: "16:10",
    wrong: /a module and a "source" of its own/,
    right: /Keep one/,
  },
];

describe("mistakes in an atom", () => {
  it.each(IN_ATOM)("$what", ({ text, at, wrong, right }) => {
    const found = mistakes(`${ATOM}${text}\n`);
    expect(found).toHaveLength(1);
    const [where, ...rest] = (found[0] ?? "").split(" ");
    const [message, remedy] = rest.join(" ").split(" → ");
    expect(where).toBe(at);
    expect(message).toMatch(wrong);
    expect(remedy).toMatch(right);
  });
});

const ELSEWHERE: readonly Case[] = [
  {
    what: "a key of no meaning",
    text: `apps = "x"\n${TOUR}${ATOM}`,
    at: "1:1",
    wrong: /Unknown key "apps"/,
    right: /mean "app"/,
  },
  {
    what: "an array of tables of no meaning",
    text: `${TOUR}${ATOM}\n[[atoms]]\nname = "a"\n`,
    at: `${(TOUR + ATOM).split("\n").length + 1}:3`,
    wrong: /Unknown key "atoms"/,
    right: /mean "atom"/,
  },
  {
    what: "a missing app",
    text: TOUR.replace('app = "tour"', "") + ATOM,
    at: "1:1",
    wrong: /no name/,
    right: /app = "tour"/,
  },
  {
    what: "a malformed name",
    text: TOUR.replace('app = "tour"', 'app = "a tour"') + ATOM,
    at: "1:7",
    wrong: /"a tour" is no name/,
    right: /1 to 128/,
  },
  {
    what: "no naming with two runtimes",
    text: TOUR.replace('[naming]\nleader = "cloud"', "") + ATOM,
    at: "1:1",
    wrong: /does not say which runtime hosts/,
    right: /\[naming\] with leader = "cloud"/,
  },
  {
    what: "a leader that is no runtime",
    text: TOUR.replace('leader = "cloud"', 'leader = "clod"') + ATOM,
    at: "3:10",
    wrong: /no runtime "clod"/,
    right: /mean "cloud"/,
  },
  {
    what: "a runtime twice",
    text: TOUR.replace('"edge-1"', '"cloud"') + ATOM,
    at: "8:8",
    wrong: /two runtimes named "cloud"/,
    right: /line 5/,
  },
  {
    what: "a runtime twice, with all that it has, and no leader",
    text: `app = "tour"\n${'[[runtime]]\nname = "one"\nurl = "https://one.example.com"\n'.repeat(2)}${TOUR.slice(TOUR.indexOf("[[module]]"))}${ATOM}`,
    at: "6:8",
    wrong: /two runtimes named "one"/,
    right: /line 3/,
  },
  {
    what: "runtimes that differ in case",
    text: TOUR.replace('"edge-1"', '"Cloud"') + ATOM,
    at: "8:8",
    wrong: /differ only in case/,
    right: /Rename/,
  },
  {
    what: "a malformed runtime",
    text: TOUR.replace('"edge-1"', '"edge/1"') + ATOM,
    at: "8:8",
    wrong: /no name for a runtime/,
    right: /A-Z a-z 0-9/,
  },
  {
    what: "an unknown target",
    text: TOUR.replace('["cloud"]', '["cloud"]\ntarget = "aws"\nhost = "a@b"\nplace = { location = "weur" }') + ATOM,
    at: "7:10",
    wrong: /"target" is "aws"/,
    right: /"cloudflare" or "workerd"/,
  },
  {
    what: "an atom without a name",
    text: `${TOUR}[[atom]]\nmodule = "idle"\n`,
    at: "13:1",
    wrong: /This \[\[atom\]\] has no "name"/,
    right: /Give the atom a name/,
  },
  {
    what: "an unknown module",
    text: `${TOUR}[[atom]]\nname = "a"\nmodule = "idel"\n${ATOM.replace('"a"', '"b"')}`,
    at: "15:10",
    wrong: /no module "idel"/,
    right: /mean "idle"/,
  },
  {
    what: "a module by the atom's name",
    text: `${TOUR}[[atom]]\nname = "idl"\n${ATOM.replace('"a"', '"b"')}`,
    at: "14:8",
    wrong: /no module "idl"/,
    right: /mean "idle"/,
  },
  {
    what: "a module twice",
    text: `${TOUR}[[module]]\nname = "idle"\nsource = "idle.wat"\n${ATOM}`,
    at: "14:8",
    wrong: /two modules named "idle"/,
    right: /line 11/,
  },
  {
    what: "a missing source",
    text: TOUR.replace('"idle.wat"', '"idel.wat"') + ATOM,
    at: "12:10",
    wrong: /There is no .*idel.wat/,
    right: /mean "idle.wat"/,
  },
  {
    what: "neither source nor wasm",
    text: TOUR.replace('source = "idle.wat"', "") + ATOM,
    at: "10:1",
    wrong: /neither "source" nor "wasm"/,
    right: /Add source/,
  },
  {
    what: "both source and wasm",
    text: TOUR.replace('"idle.wat"', '"idle.wat"\nwasm = "x.wasm"') + ATOM,
    at: "13:8",
    wrong: /both "source" and "wasm"/,
    right: /Keep "source"/,
  },
  {
    what: "a wasm that is none",
    text: TOUR.replace("source =", "wasm =") + ATOM,
    at: "12:8",
    wrong: /no .wasm file/,
    right: /source = /,
  },
  {
    what: "a source in no known language",
    text: TOUR.replace('"idle.wat"', '"formula.toml"') + ATOM,
    at: "12:10",
    wrong: /no language/,
    right: /\.ts, \.c, \.cpp, \.zig, \.wat/,
  },
  {
    what: "a single table for a list",
    text: `${TOUR}[atom]\nname = "idle"\n`,
    at: "13:2",
    wrong: /"atom" is a table/,
    right: /\[\[atom\]\]/,
  },
  {
    what: "one name twice on a runtime",
    text: `${TOUR}${ATOM}place = { tags = ["edge"] }\n${ATOM}place = { on = "all" }\n`,
    at: "18:8",
    wrong: /Two atoms named "a" would run on "edge-1"/,
    right: /line 14/,
  },
  {
    what: "a route twice on a runtime",
    text: `${TOUR}${ATOM}place = { on = "all" }\nhttp = "/x/:id"\n${ATOM.replace('"a"', '"b"')}place = { tags = ["edge"] }\nhttp = "/x/:n"\n`,
    at: "22:8",
    wrong: /"\/x\/:n" is that of the atom "a"/,
    right: /another route/,
  },
  {
    what: "no atoms",
    text: TOUR.replace(/\[\[module[^]*/, ""),
    at: "1:1",
    wrong: /no atoms/,
    right: /Add \[\[atom\]\]/,
  },
];

describe("mistakes elsewhere", () => {
  it.each(ELSEWHERE)("$what", ({ text, at, wrong, right }) => {
    const { problems, formula } = load(text);
    const errors = problems.filter((problem) => problem.severity === "error").map(shown);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.split(" ")[0]).toBe(at);
    expect(errors[0]).toMatch(wrong);
    expect(errors[0]?.split(" → ")[1]).toMatch(right);
    expect(formula).toBeUndefined();
  });

  it("tells of two atoms with one name once, although the sources of both would be modules of that name", () => {
    const { write, remove } = workspace();
    for (const name of ["one.wat", "two.wat"]) write(name, IDLE_WAT);
    const atoms = ["one", "two"].map((name) => `[[atom]]\nname = "a"\nsource = "${name}.wat"\n`);
    const { problems } = loadFormula(write("formula.toml", `app = "a"\n${atoms.join("")}`), { environment: {} });
    remove();
    expect(problems.map(shown)).toEqual([
      expect.stringMatching(/^6:8 Two atoms named "a" would run on "main"\. → Rename one.*line 3/),
    ]);
  });

  it.each(["runtime", "module", "atom"])("tells how a %s is written where something else stands", (table) => {
    const found = load(`${table} = [1]\napp = "a"\n`).problems.map(shown);
    expect(found.join("\n")).toMatch(
      new RegExp(`^1:.* is 1, a number\\. → Write a table: \\[\\[${table}\\]\\] with name = `, "m"),
    );
  });

  it("warns of a module that no atom uses, and builds the rest", () => {
    const { problems, formula } = load(`${TOUR}[[atom]]\nname = "a"\nsource = "idle.wat"\n`);
    expect(problems.map(shown)).toEqual([expect.stringMatching(/^11:8 No atom uses the module "idle"/)]);
    expect(formula?.modules.map((module) => module.name)).toEqual(["a"]);
  });
});

describe("syntax", () => {
  it.each([
    { text: 'app = "tour', at: "1:12", wrong: /Unterminated string/, right: /Close the text/ },
    { text: "app = tour", at: "1:7", wrong: /./, right: /quotes/ },
    { text: 'app = "a"\napp = "b"', at: "2:1", wrong: /multiple times/, right: /Keep one/ },
    {
      text: 'app = "a"\n[[atom\nname = "x"',
      at: "2:7",
      wrong: /header \[\[atom is not/,
      right: /Write \[\[atom\]\] on/,
    },
    { text: 'app = "a"\n[[atom]\nname = "x"', at: "2:8", wrong: /\[\[atom\] is not/, right: /Write \[\[atom\]\] on/ },
    { text: 'app = "a"\n[a.b # c\nc = "x"', at: "2:9", wrong: /\[a\.b # c is not/, right: /Write \[a\.b\] on/ },
    { text: 'app =\n"a"', at: "1:6", wrong: /same line/, right: /key = value/ },
    { text: 'app "a"', at: "1:5", wrong: /equal/, right: /key = value/ },
  ])("$text", ({ text, at, wrong, right }) => {
    const [first] = load(text).problems.map(shown);
    expect(first?.split(" ")[0]).toBe(at);
    expect(first).toMatch(wrong);
    expect(first?.split(" → ")[1]).toMatch(right);
  });

  it("reports mistakes of syntax and of meaning in one go", () => {
    const found = mistakes(`${ATOM}kind = daemon\ndurability = volatile\ngrants = ["kb"]\nplce = {}\n`);
    expect(found.map((each) => each.split(" ")[0])).toEqual(["16:8", "17:14", "18:11", "19:1"]);
  });

  it("reports nothing that only follows from a line it could not read", () => {
    expect(mistakes('[[atom]]\nname = a\nmodule = "idle"\n')).toHaveLength(1);
    expect(load(TOUR.replace('name = "idle"', "name = idle") + ATOM).problems).toHaveLength(1);
  });
});

describe("all at once", () => {
  it("reports every mistake of every table, in the order of the file", () => {
    const text = TOUR.replace('leader = "cloud"', 'leader = "clod"').replace('"idle.wat"', '"none.wat"');
    const found = load(
      `${text}[[atom]]\nname = "a b"\nmodule = "idel"\nkin = 1\nkind = "x"\nhttp = "y"\ngrants = ["z"]\n`,
    );
    expect(found.problems.filter((each) => each.severity === "error").map((each) => shown(each).split(" ")[0])).toEqual(
      [...["3:10", "12:10", "14:8", "15:10", "16:1", "17:8", "18:8", "19:11"]],
    );
  });

  const NAMELESS_ATOM = '[[atom]]\nkind = "x"\n';
  const DUPLICATES = [1, 2].map(() => '[[atom]]\nname = "d"\nmodule = "idle"\nplace = { tags = ["moon"] }\n').join("");

  it("reports what refers to nothing although rows of other tables could not be read", () => {
    const text = TOUR.replace('leader = "cloud"', 'leader = "nowhere"').replace('source = "idle.wat"', "");
    const found = load(`${text}${NAMELESS_ATOM}[[atom]]\nname = "n"\nmodule = "nomodule"\n${DUPLICATES}`);
    const messages = found.problems.map((each) => shown(each).split(" → ")[0]);
    expect(messages).toEqual([
      '3:10 There is no runtime "nowhere".',
      '10:1 The module "idle" has neither "source" nor "wasm".',
      ...[expect.stringMatching(/^13:1 .* has no "name"/), expect.stringMatching(/^14:8 "kind" is "x"/)],
      '17:10 There is no module "nomodule".',
      '21:19 No runtime has the tag "moon".',
      '23:8 Two atoms named "d" would run on the same runtimes.',
      '25:19 No runtime has the tag "moon".',
    ]);
  });

  it("reports one route of two atoms that are everywhere, whatever runtimes there are", () => {
    const everywhere = (name: string) => `${ATOM.replace('"a"', `"${name}"`)}place = { on = "all" }\nhttp = "/x"\n`;
    const found = load(
      `app = "a"\nruntime = [1]\n${TOUR.slice(TOUR.indexOf("[[module]]"))}${everywhere("a")}${everywhere("b")}`,
    );
    expect(found.problems.map(shown)).toEqual([
      expect.stringMatching(/^2:12 /),
      expect.stringMatching(/^15:8 The route "\/x" is that of the atom "a" as well, on the same runtimes/),
    ]);
  });

  it("reports nothing that only follows from a value that was reported", () => {
    expect(mistakes('[[atom]]\nname = "a"\nmodule = 5\n')).toEqual([expect.stringMatching(/^15:10 "module" is 5/)]);
    expect(mistakes(`${ATOM}place = { tag = [] }\n${ATOM}place = { tag = [] }\n`)).toHaveLength(2);
    const wrong = load(TOUR.replace('"idle.wat"', "5") + ATOM).problems.map(shown);
    expect(wrong).toEqual([expect.stringMatching(/^12:10 "source" is 5/)]);
  });

  it("names a runtime that stands twice once", () => {
    const text = TOUR.replace('"edge-1"', '"cloud"').replace('leader = "cloud"', 'leader = "nowhere"');
    expect(load(text + ATOM).problems.map(shown)).toEqual([
      expect.stringMatching(/ Runtimes: cloud\.$/),
      expect.stringMatching(/two runtimes named "cloud"/),
    ]);
  });

  it("reports nothing that may stand in a row or a line that could not be read", () => {
    const nameless = load(TOUR.replace('name = "edge-1"', "").replace('leader = "cloud"', 'leader = "clod"') + ATOM);
    expect(nameless.problems.map(shown)).toEqual([expect.stringMatching(/^7:1 .* has no "name"/)]);
    const unread = load(
      `${TOUR.replace('tags = ["edge", "milan"]', "tags = [edge]")}${ATOM}place = { tags = ["edge"] }\n`,
    );
    expect(unread.problems.map((each) => shown(each).split(" ")[0])).toEqual(["9:9"]);
    const elsewhere = load(
      `${TOUR.replace('tags = ["cloud"]', "tags = [cloud]")}[[atom]]\nname = "a"\nmodule = "nomodule"\n`,
    );
    expect(elsewhere.problems.map((each) => shown(each).split(" ")[0])).toEqual(["6:9", "15:10"]);
  });
});
