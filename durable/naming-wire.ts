/**
 * What naming objects, atom objects and the frontend say to a naming object: the bodies of its routes, as schemas that make
 * the branded types. Naming objects of one application may be of two builds for a while, so nothing is taken on trust.
 */
import { z } from "zod";
import { aliasPairs, aliasSet, type AliasSet } from "./core/alias-set.ts";
import type { AliasDelta } from "./core/aliases.ts";
import type { Change, RuntimeRecord } from "./core/directory.ts";
import type { Asker, LookupQuery } from "./core/lookup.ts";
import { isName, parseDestination, type AtomName, type RuntimeName } from "./core/names.ts";
import type { Position, Update } from "./core/registry.ts";
import { problem } from "./problem.ts";

/** The naming object of a runtime has this name in its namespace. */
export const NAMING_OBJECT_NAME = "naming";
/** The largest body that is read: a runtime with as many atoms as it may have, or a leader's snapshot. */
const BODY_BYTES_MAX = 32 * 1024 * 1024;

const count = z.number().int().nonnegative();
const runtimeName = z
  .string()
  .refine(isName, "is no runtime name")
  .transform((text) => text as RuntimeName);
const atomName = z
  .string()
  .refine(isName, "is no atom name")
  .transform((text) => text as AtomName);
const asker = z
  .string()
  .refine(isAsker, "is no global name")
  .transform((text) => text as Asker);
const pair = z.tuple([z.string(), z.string()]);

function isAsker(text: string): boolean {
  if (text === "") return true;
  const destination = parseDestination(text);
  return "kind" in destination && destination.kind === "global";
}

/** Not `z.record`, which drops a scope named `__proto__`. The set is brought into its one form. */
const aliases = z
  .custom<AliasSet>(isAliasSet, "must be an object of lists of texts")
  .transform((set) => aliasSet(aliasPairs(set)));

function isAliasSet(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((list) => Array.isArray(list) && list.every((each) => typeof each === "string"));
}

const atomRecord = z.object({ name: atomName, kind: z.enum(["reactive", "daemon"]), moduleHash: z.string(), aliases });
const head = { runtime: runtimeName, identity: z.string(), tags: z.array(z.string()), revision: count };
const runtimeRecord = z.object({ ...head, atoms: z.array(atomRecord) });
const position = z.object({ epoch: z.string(), version: count });

const change = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("runtime"), head: z.object(head) }),
  z.object({ kind: z.literal("runtime-gone"), runtime: runtimeName }),
  z.object({ kind: z.literal("atom"), runtime: runtimeName, atom: atomRecord }),
  z.object({ kind: z.literal("atom-gone"), runtime: runtimeName, atom: atomName }),
]) satisfies z.ZodType<Change>;

export const updateSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("delta"), epoch: z.string(), since: count, changes: z.array(change) }),
  z.object({ kind: z.literal("snapshot"), epoch: z.string(), version: count, runtimes: z.array(runtimeRecord) }),
]) satisfies z.ZodType<Update>;

export const positionSchema = position satisfies z.ZodType<Position>;

/** A registration is a runtime's record; `replica` asks to be brought up to date from there in the same answer. */
export const registerSchema = runtimeRecord.extend({ replica: position.optional() });
export type Registration = RuntimeRecord & { readonly replica?: Position | undefined };

export const registeredSchema = z.object({
  version: count,
  accepted: z.boolean(),
  revision: count,
  update: updateSchema.optional(),
});

/** The answer of GET /identity. */
export const identitySchema = z.object({ identity: z.string() });

/** The query of GET /changes. */
export const changesQuerySchema = z.object({
  since: z.coerce.number().int().nonnegative().default(0),
  epoch: z.string().default(""),
  runtime: runtimeName.optional(),
});

export const aliasesSchema = z
  .object({ atom: atomName, revision: count, added: z.array(pair), removed: z.array(pair) })
  .transform(({ atom, ...delta }): { atom: AtomName; delta: AliasDelta } => ({ atom, delta }));

/** What was loaded under an atom's name, which stays beside what the application configures; null: nothing any more. */
export const loadedSchema = z.object({
  atom: atomName,
  loaded: z
    .object({ kind: z.enum(["reactive", "daemon"]), moduleHash: z.string(), aliases, replaces: z.string().nullable() })
    .nullable(),
});
export type LoadedStatement = z.output<typeof loadedSchema>;

export const resolveSchema = z.object({ name: z.string(), asker: asker.default("") });

export const lookupSchema = z
  .object({
    mode: z.enum(["any", "all"]),
    scope: z.string().default(""),
    pattern: z.string(),
    limit: z.number().int().optional(),
    asker: asker.default(""),
  })
  .transform(({ limit, ...query }): LookupQuery => (limit === undefined ? query : { ...query, limit }));

/** The value of a request's JSON body, or the problem with it. */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T | Response> {
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > BODY_BYTES_MAX) {
    return problem(413, "TOO_LARGE", `The body has ${length} bytes; it may have ${BODY_BYTES_MAX}.`);
  }
  try {
    return read(JSON.parse(await request.text()), schema);
  } catch {
    return problem(400, "INVALID", "The body is not JSON.");
  }
}

/** A value as its schema has it, or the problem that says which member is wrong. */
export function read<T>(value: unknown, schema: z.ZodType<T>): T | Response {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const member = issue?.path.join(".") ?? "";
  const subject = member === "" ? "The request" : `Member "${member}"`;
  return problem(400, "INVALID", `${subject} is malformed: ${issue?.message ?? "it is of another shape"}.`);
}
