/**
 * The shape of formula.toml. The message of each schema is the remedy: the sentence that says what would be right.
 * What is wrong is told by `shape.ts`, from the value that stands there.
 */
import { z } from "zod";
import { limitsSchema, observabilitySchema, runtimePlaceSchema, truth } from "./cloudflare-schema.ts";
import { machineKeys } from "./machine-schema.ts";
import { overrideRemedy, overrideSchema, settings } from "./settings-schema.ts";
import { oneOf, text, textList } from "./schema-values.ts";

export const KINDS = ["reactive", "daemon"] as const;
export const TARGETS = ["cloudflare", "workerd"] as const;

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
    url: text('Write where the deployed runtime answers: url = "https://edge.example.com".').optional(),
    custom_domain: truth.optional(),
    place: runtimePlaceSchema.optional(),
    limits: limitsSchema.optional(),
    observability: observabilitySchema.optional(),
    ...machineKeys,
    loader: z.boolean({ error: "Write true or false." }).optional(),
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

const onRemedy = 'Write on = "one", on = "all" or a whole number from 1.';

export const placeSchema = z.strictObject(
  {
    tags: tagList.default([]),
    on: z
      .union([z.enum(["one", "all"]), z.int({ error: onRemedy }).min(1, { error: onRemedy })], { error: onRemedy })
      .default("one"),
    prefer: textList('Write a list of tags, the most preferred first: prefer = ["milan", "rome"].').default([]),
    spread: textList('Write a list of tags: spread = ["milan", "rome"].').default([]),
  },
  { error: 'Write a table: place = { tags = ["cloud"], on = "one" }.' },
);

export const atomSchema = z.strictObject(
  {
    name: text('Give the atom a name: name = "counter".'),
    module: text('Name a module: module = "counter".').optional(),
    ...origin,
    kind: oneOf(KINDS).default("reactive"),
    place: placeSchema.prefault({}),
    metering: z.boolean({ error: "Write true (default) or false." }).default(true),
    ...settings,
    on: z.record(z.string(), overrideSchema, { error: overrideRemedy }).default({}),
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
