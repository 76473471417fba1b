/**
 * The parameters of the control API as zod schemas: the handlers validate with them and the OpenAPI document is made
 * from them. Each rule is the sentence that a client reads after `Parameter "x" is "y": it `.
 */
import * as z from "zod";
import { ALIAS_BYTES_MAX, KV_KEY_BYTES_MAX, REQUEST_MS_DEFAULT, REQUEST_MS_MAX } from "../../durable/core/limits.ts";
import { isName, NAME_LENGTH_MAX } from "../../durable/core/names.ts";
import { PATTERN_CHARACTERS_MAX } from "../../durable/core/patterns.ts";
import { decodedBytes } from "../../durable/percent.ts";

const LIST_ENTRIES_MAX = 1_000;
const LIST_ENTRIES_DEFAULT = 100;
/** A cursor may hold a whole key, each byte of it as an escape. */
const CURSOR_LENGTH_MAX = 3 * KV_KEY_BYTES_MAX;
const INT32_MAX = 2 ** 31 - 1;
const DEAD_LETTER_ID_MAX = 10 ** 15 - 1;

const NAME_RULE = `takes 1 to ${NAME_LENGTH_MAX} of A-Z a-z 0-9 . _ -`;
const NAME_SCHEMA = { minLength: 1, maxLength: NAME_LENGTH_MAX, pattern: "^[A-Za-z0-9._-]+$" };

function name(description: string) {
  return z
    .string(NAME_RULE)
    .refine(isName, NAME_RULE)
    .meta({ ...NAME_SCHEMA, description });
}

/** A whole number as a query or path has it: decimal digits only. */
function wholeNumber(min: number, max: number, description: string) {
  const rule = `takes a whole number from ${min} to ${max}`;
  const digits = z.string(rule).regex(/^-?\d{1,15}$/, rule);
  return digits.transform(Number).pipe(z.number().int().min(min, rule).max(max, rule)).meta({ description });
}

function text(min: number, max: number, description: string) {
  const rule = `takes text of ${min} to ${max} characters`;
  return z.string(rule).min(min, rule).max(max, rule).describe(description);
}

/** Key bytes in percent-encoding; they need not be UTF-8. */
function keyBytes(min: number, description: string) {
  const rule = `takes ${min} to ${KV_KEY_BYTES_MAX} bytes, percent-encoded`;
  const fits = (raw: string): boolean => {
    const bytes = decodedBytes(raw);
    return bytes !== undefined && bytes.byteLength >= min && bytes.byteLength <= KV_KEY_BYTES_MAX;
  };
  return z.string(rule).refine(fits, rule).describe(description);
}

function entries(description: string) {
  return wholeNumber(1, LIST_ENTRIES_MAX, description).default(LIST_ENTRIES_DEFAULT);
}

const MODE_RULE = "takes any or all";

export const runtimeParameter = name("The runtime's name.");
export const deployedRuntimeParameter = name(
  "Another runtime of the application; the one that is asked, if not given.",
).optional();
export const atomParameter = name("The atom's name within its runtime.");
export const signalParameter = wholeNumber(-INT32_MAX - 1, INT32_MAX, "The interrupt's number.");
export const deadLetterParameter = wholeNumber(1, DEAD_LETTER_ID_MAX, "The dead letter's id, as the list has it.");
export const keyParameter = keyBytes(1, "The key's bytes, percent-encoded; a slash in it may stand as it is.");

export const timeoutParameter = wholeNumber(
  1,
  REQUEST_MS_MAX,
  "How long to wait for the reply, in milliseconds.",
).default(REQUEST_MS_DEFAULT);
export const listLimitParameter = entries("The most atoms to list.");
export const kvLimitParameter = entries("The most entries to list.");
export const deadLetterLimitParameter = entries("The most dead letters to list.");
export const afterParameter = wholeNumber(
  0,
  DEAD_LETTER_ID_MAX,
  "Only dead letters whose id is larger than this.",
).default(0);
export const prefixParameter = keyBytes(0, "Only keys that start with these bytes (percent-encoded).").default("");
export const cursorParameter = text(1, CURSOR_LENGTH_MAX, "Where to go on: the cursor of the page before.").optional();
export const patternParameter = text(
  1,
  PATTERN_CHARACTERS_MAX,
  "A regular expression (RE2) that matches the whole name or alias.",
);
export const scopeParameter = text(
  0,
  ALIAS_BYTES_MAX,
  "The scope of the aliases to match; empty: match names.",
).default("");
export const modeParameter = z
  .enum(["any", "all"], MODE_RULE)
  .default("all")
  .describe("any: one of the atoms that match; all: every one.");
