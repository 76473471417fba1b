/**
 * The shape of formula.toml. The message of each schema is the remedy: the sentence that says what would be right.
 * What is wrong is told by `shape.ts`, from the value that stands there.
 */
import { z } from "zod";
import { DEFAULT_GRANTS, GRANTS } from "../../durable/core/application.ts";

export const ATTEMPTS_DEFAULT = 5;
export const ATTEMPTS_MAX = 1_000;
export const HTTP_TIMEOUT_MS_DEFAULT = 30_000;
export const CPU_MS_DEFAULT = 10_000;
/** The platform lets an event compute for no longer. */
export const CPU_MS_MAX = 300_000;
export const MEMORY_MB_DEFAULT = 32;
/** What 32-bit addresses reach. */
export const MEMORY_MB_MAX = 4_096;
/** The platform holds an object for no longer at a time. */
export const HTTP_TIMEOUT_MS_MAX = 900_000;

export const KINDS = ["reactive", "daemon"] as const;
export const DURABILITIES = ["durable", "volatile"] as const;
export const TARGETS = ["cloudflare", "workerd"] as const;

const text = (remedy: string) => z.string({ error: remedy }).min(1, { error: remedy });
const textList = (remedy: string) => z.array(text(remedy), { error: remedy });
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `Write ${choice(values)}.` });
const wholeNumber = (what: string, max: number) => {
  const remedy = `Write a whole number from 1 to ${max}: ${what}.`;
  return z.int({ error: remedy }).min(1, { error: remedy }).max(max, { error: remedy });
};

function choice(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(" or ");
}

export const namingSchema = z.strictObject(
  { leader: text('Name the runtime that hosts the naming leader: leader = "cloud".') },
  { error: 'Write a table: [naming] with leader = "cloud".' },
);

const tagList = textList('Write a list of texts: tags = ["cloud", "milan"].');

export const runtimeSchema = z.strictObject(
  {
    name: text('Give the runtime a name: name = "cloud".'),
    tags: tagList.default([]),
    target: oneOf(TARGETS).default("cloudflare"),
  },
  { error: 'Write a table: [[runtime]] with name = "cloud".' },
);

const source = text('Write a path as text: source = "atoms/counter".');
const wasm = text('Write a path as text: wasm = "counter.wasm".');

/** Where a module comes from: of a [[module]], or of an [[atom]] with a module of its own. */
const origin = {
  source: source.optional(),
  wasm: wasm.optional(),
  build: text('Write a command as text: build = "make".').optional(),
  output: text('Write a path as text: output = "out/atom.wasm".').optional(),
  ignore: textList('Write a list of patterns: ignore = ["**/*.o"].').optional(),
  optimize: z.boolean({ error: "Write true or false." }).optional(),
} as const;

export const moduleSchema = z.strictObject(
  {
    name: text('Give the module a name: name = "counter".'),
    ...origin,
  },
  { error: 'Write a table: [[module]] with name = "counter" and source = "counter.ts".' },
);

export const placeSchema = z.strictObject(
  {
    tags: tagList.default([]),
    on: z
      .union([z.enum(["one", "all"]), z.int().min(1)], {
        error: 'Write on = "one", on = "all" or a whole number from 1.',
      })
      .default("one"),
  },
  { error: 'Write a table: place = { tags = ["cloud"], on = "one" }.' },
);

const aliasRemedy = 'Write scopes with lists of values: aliases = { topic = ["clicks", "views"] }.';
const routeRemedy = 'Write a route or a list of them: http = "/counter/*".';
const configRemedy = 'A value is a text, a number, or true or false: config = { start = 5, mode = "fast" }.';

/** A number that JavaScript would round is refused rather than changed. */
const configNumber = z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), {
  error: "The number is too large to be kept exactly: write it as text, in quotes.",
});

export const atomSchema = z.strictObject(
  {
    name: text('Give the atom a name: name = "counter".'),
    module: text('Name a module: module = "counter".').optional(),
    ...origin,
    kind: oneOf(KINDS).default("reactive"),
    place: placeSchema.prefault({}),
    aliases: z
      .record(z.string(), z.union([z.string(), z.array(z.string())], { error: aliasRemedy }), { error: aliasRemedy })
      .default({}),
    http: z.union([z.string(), z.array(z.string())], { error: routeRemedy }).default([]),
    grants: z
      .array(z.enum(GRANTS, { error: `Write any of ${GRANTS.map((grant) => `"${grant}"`).join(", ")}.` }), {
        error: 'Write a list of capabilities: grants = ["kv", "messaging"].',
      })
      .default([...DEFAULT_GRANTS]),
    durability: oneOf(DURABILITIES).default("durable"),
    config: z
      .record(z.string(), z.union([z.string(), configNumber, z.boolean()], { error: configRemedy }), {
        error: configRemedy,
      })
      .default({}),
    attempts: wholeNumber(
      "how often a message may trap its atom before it goes to the dead letters",
      ATTEMPTS_MAX,
    ).default(ATTEMPTS_DEFAULT),
    metering: z.boolean({ error: "Write true (default) or false." }).default(true),
    cpu_ms: wholeNumber(
      "the milliseconds that the atom may compute between two blocking points",
      CPU_MS_MAX,
    ).optional(),
    memory_mb: wholeNumber("the MiB that the atom's memory may grow to", MEMORY_MB_MAX).default(MEMORY_MB_DEFAULT),
    http_timeout_ms: wholeNumber(
      "the milliseconds after which an unanswered HTTP request gets a 504",
      HTTP_TIMEOUT_MS_MAX,
    ).default(HTTP_TIMEOUT_MS_DEFAULT),
  },
  { error: 'Write a table: [[atom]] with name = "counter" and source = "counter.ts".' },
);

export const appSchema = text('Name the application: app = "tour".');

/** The keys of the file's top level, each with the header that opens it. */
export const TOP_LEVEL = {
  app: 'app = "tour"',
  naming: "[naming]",
  runtime: "[[runtime]]",
  module: "[[module]]",
  atom: "[[atom]]",
} as const;

export type RuntimeShape = z.output<typeof runtimeSchema>;
export type ModuleShape = z.output<typeof moduleSchema>;
export type AtomShape = z.output<typeof atomSchema>;
