/** The shape of what a runtime on Cloudflare may say of itself. The message of each schema is the remedy. */
import { z } from "zod";
import { oneOf, text, wholeNumber } from "./schema-values.ts";
import { SETTINGS_MAX } from "../../durable/core/application.ts";

/** Near where Cloudflare may be asked to make an object; it stays there. */
// prettier-ignore
export const LOCATIONS = [
  "wnam", "enam", "sam", "weur", "eeur", "apac", "apac-ne", "apac-se", "oc", "afr", "me",
] as const satisfies readonly DurableObjectLocationHint[];
/** What Cloudflare keeps within its borders. */
export const JURISDICTIONS = [
  "eu",
  "us",
  "fedramp",
  "fedramp-high",
] as const satisfies readonly DurableObjectJurisdiction[];
/** The platform's own bound of one event. */
export const SUBREQUESTS_MAX = 10_000_000;

const regionRemedy = 'Write "smart", or a provider and one of its regions: region = "aws:eu-central-1".';
const shareRemedy = "Write a share from 0 to 1: sampling = 0.1.";
export const truth = z.boolean({ error: "Write true or false." });

export const runtimePlaceSchema = z.strictObject(
  {
    location: oneOf(LOCATIONS).optional(),
    jurisdiction: oneOf(JURISDICTIONS).optional(),
    region: text(regionRemedy)
      .regex(/^(smart|(aws|gcp|azure):[a-z0-9-]+)$/, { error: regionRemedy })
      .optional(),
  },
  { error: 'Write a table: place = { location = "weur" }.' },
);

export const limitsSchema = z.strictObject(
  {
    cpu_ms: wholeNumber("the milliseconds that one event may compute", SETTINGS_MAX.cpuMs).optional(),
    subrequests: wholeNumber("the requests that one event may send", SUBREQUESTS_MAX).optional(),
  },
  { error: "Write a table: limits = { cpu_ms = 60000 }." },
);

export const observabilitySchema = z.strictObject(
  {
    enabled: truth.default(true),
    sampling: z.number({ error: shareRemedy }).min(0, { error: shareRemedy }).max(1, { error: shareRemedy }).optional(),
    traces: truth.default(false),
  },
  { error: "Write a table: observability = { sampling = 0.1 }." },
);

export type RuntimePlace = z.output<typeof runtimePlaceSchema>;
export type RuntimeLimits = z.output<typeof limitsSchema>;
export type Observability = z.output<typeof observabilitySchema>;
