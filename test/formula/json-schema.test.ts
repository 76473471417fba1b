/** The JSON schema of formula.toml: it takes every formula of this repository, and explains every key. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { formulaJsonSchema } from "../../scripts/formula/json-schema.ts";
import { readToml } from "../../scripts/formula/toml.ts";
import { TOUR } from "./formulas.ts";

const root = path.resolve(import.meta.dirname, "../..");
const schema = formulaJsonSchema();
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** What is wrong with a formula by the schema, as `place: message`. */
function wrongs(text: string): string[] {
  const { value, mistakes } = readToml(text);
  expect(mistakes).toEqual([]);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath}: ${message}`);
}

function read(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

/** The formulas that a page shows: its blocks of TOML, but for those that are parts of one. */
function formulasIn(page: string): string[] {
  const blocks = [...page.matchAll(/^```toml\n(.*?)^```/gms)].map(([, block = ""]) => block);
  return blocks.filter((block) => /^(app|include) =/m.test(block));
}

const FILES = globSync("{.,atoms/**,test/**}/formula.toml", { cwd: root, exclude: ["**/node_modules", "**/.radon"] });
const PAGES = globSync(["README.md", "docs/*.md", "atoms/**/README.md"], { cwd: root });

interface Table {
  readonly properties?: Readonly<Record<string, Table & { readonly description?: string }>>;
  readonly additionalProperties?: unknown;
  readonly items?: Table;
}

/** The tables of a schema whose keys are known, each with its path. */
function tablesIn(at: string, table: Table): [string, Table][] {
  const inside = [
    ...Object.entries(table.properties ?? {}).map(([key, each]) => [`${at}.${key}`, each] as const),
    ...[table.items, table.additionalProperties].map((each) => [`${at}.*`, each] as const),
  ];
  const below = inside.flatMap(([path, each]) => (isTable(each) ? tablesIn(path, each) : []));
  return table.properties === undefined ? below : [[at, table], ...below];
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null;
}

describe("the schema", () => {
  const tables = tablesIn("formula", schema);

  it("has every table of a formula", () => {
    expect(tables.map(([at]) => at)).toEqual(
      expect.arrayContaining([
        ...["formula", "formula.naming", "formula.runtime.*", "formula.module.*", "formula.atom.*"],
        ...["formula.atom.*.place", "formula.atom.*.on.*"],
      ]),
    );
  });

  it.each(tables)("says a sentence for each key of %s, and knows no others", (_at, { properties, ...table }) => {
    expect(table.additionalProperties).toBe(false);
    const silent = Object.entries(properties ?? {}).filter(
      ([, { description = "" }]) => !/^\w.*[.-]$/.test(description),
    );
    expect(silent.map(([key]) => key)).toEqual([]);
  });
});

describe("right formulas", () => {
  it("are found here", () => {
    expect(FILES.length).toBeGreaterThan(8);
    expect(PAGES.flatMap((page) => formulasIn(read(page))).length).toBeGreaterThan(4);
  });

  it.each(FILES)("%s", (file) => {
    expect(wrongs(read(file))).toEqual([]);
  });

  it.each(PAGES)("those of %s", (page) => {
    expect(formulasIn(read(page)).flatMap(wrongs)).toEqual([]);
  });
});

describe("wrong formulas", () => {
  const atom = (lines: string): string => `${TOUR}[[atom]]\nname = "a"\n${lines}\n`;

  it.each([
    ["an unknown key", 'kin = "daemon"', /^\/atom\/0: must NOT have additional properties/],
    ["an unknown value", 'kind = "demon"', /^\/atom\/0\/kind: must be equal to one of/],
    ["a number that is too large", "attempts = 1001", /^\/atom\/0\/attempts: must be <= 1000/],
    ["an unknown key on a runtime", "[atom.on.edge-1]\nkind = 5", /^\/atom\/0\/on\/edge-1: must NOT have additional/],
    ["a table in config", "config = { a = {} }", /^\/atom\/0\/config\/a: must be string,number,boolean/],
  ])("%s", (_what, lines, wrong) => {
    expect(wrongs(atom(lines))).toEqual([expect.stringMatching(wrong)]);
  });

  it("one without atoms, or with more than an include", () => {
    expect(wrongs('app = "x"')).not.toEqual([]);
    expect(wrongs('include = "a.toml"')).toEqual([]);
    expect(wrongs('include = "a.toml"\napp = "x"')).not.toEqual([]);
  });
});
