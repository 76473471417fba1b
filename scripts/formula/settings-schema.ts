/**
 * The settings of an atom that may differ from runtime to runtime: `settings` is what [[atom]] takes of them, with defaults,
 * and `overrideSchema` what [atom.on.RUNTIME] does.
 */
import { z } from "zod";
import { DEFAULT_SETTINGS, DURABILITIES, GRANTS, SETTINGS_MAX } from "../../durable/core/application.ts";
import { oneOf, wholeNumber } from "./schema-values.ts";

const aliasRemedy = 'Write scopes with lists of values: aliases = { topic = ["clicks", "views"] }.';
const routeRemedy = 'Write a route or a list of them: http = "/counter/*".';
const configRemedy = 'A value is a text, a number, or true or false: config = { start = 5, mode = "fast" }.';

/** A number that JavaScript would round is refused rather than changed. */
const configNumber = z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), {
  error: "The number is too large to be kept exactly: write it as text, in quotes.",
});

/** The schema of each setting, without its default. */
const schemas = {
  aliases: z.record(z.string(), z.union([z.string(), z.array(z.string())], { error: aliasRemedy }), {
    error: aliasRemedy,
  }),
  http: z.union([z.string(), z.array(z.string())], { error: routeRemedy }),
  grants: z.array(z.enum(GRANTS, { error: `Write any of ${GRANTS.map((grant) => `"${grant}"`).join(", ")}.` }), {
    error: 'Write a list of capabilities: grants = ["kv", "messaging"].',
  }),
  durability: oneOf(DURABILITIES),
  config: z.record(z.string(), z.union([z.string(), configNumber, z.boolean()], { error: configRemedy }), {
    error: configRemedy,
  }),
  attempts: wholeNumber(
    "how often a message may trap its atom before it goes to the dead letters",
    SETTINGS_MAX.attemptsMax,
  ),
  cpu_ms: wholeNumber("the milliseconds that the atom may compute between two blocking points", SETTINGS_MAX.cpuMs),
  memory_mb: wholeNumber("the MiB that the atom's memory may grow to", SETTINGS_MAX.memoryMb),
  http_timeout_ms: wholeNumber(
    "the milliseconds after which an unanswered HTTP request gets a 504",
    SETTINGS_MAX.httpTimeoutMs,
  ),
} as const;

/** The budget of computing time has its default where it is read: only there one that was written can be told from it. */
export const settings = {
  aliases: schemas.aliases.default(DEFAULT_SETTINGS.aliases),
  http: schemas.http.default([...DEFAULT_SETTINGS.http]),
  grants: schemas.grants.default([...DEFAULT_SETTINGS.grants]),
  durability: schemas.durability.default(DEFAULT_SETTINGS.durability),
  config: schemas.config.default(DEFAULT_SETTINGS.config),
  attempts: schemas.attempts.default(DEFAULT_SETTINGS.attemptsMax),
  cpu_ms: schemas.cpu_ms.optional(),
  memory_mb: schemas.memory_mb.default(DEFAULT_SETTINGS.memoryMb),
  http_timeout_ms: schemas.http_timeout_ms.default(DEFAULT_SETTINGS.httpTimeoutMs),
} as const;

export const overrideRemedy = "Write a table for each runtime: [atom.on.edge-1] with cpu_ms = 50.";

export const overrideSchema = z.strictObject(schemas, { error: overrideRemedy }).partial();

export type OverrideShape = z.output<typeof overrideSchema>;
