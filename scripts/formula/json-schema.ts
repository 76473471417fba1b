/** The JSON schema of formula.toml, for editors: made from what reads formulas, with a sentence for each key. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { limitsSchema, observabilitySchema, runtimePlaceSchema } from "./cloudflare-schema.ts";
import {
  ATOM_SENTENCES,
  LIMITS_SENTENCES,
  MODULE_SENTENCES,
  NAMING_SENTENCES,
  OBSERVABILITY_SENTENCES,
  OVERRIDE_SENTENCES,
  PLACE_SENTENCES,
  RUNTIME_PLACE_SENTENCES,
  RUNTIME_SENTENCES,
  CLUSTER_SENTENCES,
  TLS_SENTENCES,
  TOP_SENTENCES,
} from "./descriptions.ts";
import { clusterSchema, tlsSchema } from "./machine-schema.ts";
import { appSchema, atomSchema, moduleSchema, namingSchema, placeSchema, runtimeSchema } from "./schema.ts";
import { overrideSchema } from "./settings-schema.ts";

const formula = z.strictObject({
  app: appSchema.optional(),
  naming: namingSchema.optional(),
  runtime: z.array(runtimeSchema).optional(),
  module: z.array(moduleSchema).optional(),
  atom: z.array(atomSchema).optional(),
  include: z.string().optional(),
});

const SENTENCES: ReadonlyMap<z.core.$ZodType, Readonly<Record<string, string>>> = new Map<
  z.core.$ZodType,
  Readonly<Record<string, string>>
>([
  [formula, TOP_SENTENCES],
  [namingSchema, NAMING_SENTENCES],
  [runtimeSchema, RUNTIME_SENTENCES],
  [tlsSchema, TLS_SENTENCES],
  [clusterSchema, CLUSTER_SENTENCES],
  [runtimePlaceSchema, RUNTIME_PLACE_SENTENCES],
  [limitsSchema, LIMITS_SENTENCES],
  [observabilitySchema, OBSERVABILITY_SENTENCES],
  [moduleSchema, MODULE_SENTENCES],
  [atomSchema, ATOM_SENTENCES],
  [placeSchema, PLACE_SENTENCES],
  [overrideSchema, OVERRIDE_SENTENCES],
]);

export function schemaText(): string {
  return `${JSON.stringify(formulaJsonSchema(), null, 2)}\n`;
}

/** Keeps the schema of this version of radon beside a formula, in `.radon`, where the formula's first line may name it. */
export function keepSchema(home: string): void {
  const file = path.join(home, ".radon", "formula.schema.json");
  mkdirSync(path.dirname(file), { recursive: true });
  const text = schemaText();
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

/** Draft 7 is what editors of TOML understand. */
export function formulaJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(formula, {
    target: "draft-7",
    io: "input",
    override: ({ zodSchema, jsonSchema }) => describe(jsonSchema, SENTENCES.get(zodSchema)),
  });
  return {
    ...schema,
    title: "formula.toml of Radon for Workers",
    anyOf: [{ required: ["app", "atom"] }, { required: ["include"], maxProperties: 1 }],
  };
}

function describe(schema: z.core.JSONSchema.BaseSchema, sentences: Readonly<Record<string, string>> | undefined): void {
  for (const [key, sentence] of Object.entries(sentences ?? {})) {
    const property = schema.properties?.[key];
    if (typeof property === "object") property.description = sentence;
  }
}
