/** The JSON that the objects and the frontend answer with. Objects may add members: readers ignore what they do not know. */
import * as z from "zod";

const kind = z.enum(["reactive", "daemon"]);
const aliases = z.record(z.string(), z.array(z.string())).describe("Scope to values.");
const globalName = z.string().describe("runtime/atom");

export const atomStateSchema = z.looseObject({
  name: globalName,
  kind,
  module: z.string(),
  moduleHash: z.string().describe("SHA-256 of the compiled module, in hex."),
  started: z
    .boolean()
    .optional()
    .describe("Whether an instance of this module has started, and has migrated the state of the version before."),
  grants: z.array(z.string()).optional().describe("Its capabilities; all atoms have those of radon:core."),
  state: z.string(),
  reason: z
    .string()
    .nullable()
    .describe("Why nothing runs although something should: a module that does not load, or a backoff."),
  mailbox: z.looseObject({ messages: z.number(), bytes: z.number() }),
  outbox: z.looseObject({ messages: z.number() }),
  memory: z
    .looseObject({ bytes: z.number() })
    .optional()
    .describe("The linear memory of its instance; 0 bytes while it has none."),
  counters: z.record(z.string(), z.number()),
  aliases,
  lastTrap: z.looseObject({ time: z.string(), text: z.string() }).nullable().describe("With its WebAssembly stack."),
});
/** The members that lists and metrics are made of. */
export const atomReadingSchema = atomStateSchema.pick({
  kind: true,
  state: true,
  mailbox: true,
  outbox: true,
  counters: true,
});
export type AtomReadingState = z.output<typeof atomReadingSchema>;

const encoding = z
  .enum(["utf-8", "base64"])
  .describe("How the bytes are written here: base64 where they are no UTF-8.");

export const kvPageSchema = z.looseObject({
  entries: z.array(
    z.looseObject({
      key: z.string(),
      keyEncoding: encoding,
      path: z.string().describe("The key as it stands in a path."),
      value: z.string(),
      valueEncoding: encoding,
    }),
  ),
  cursor: z.string().nullable().describe("Give it as `cursor` for the next page; null on the last one."),
});

export const logLinesSchema = z.looseObject({
  lines: z.array(z.looseObject({ id: z.number(), time: z.string(), level: z.string(), text: z.string() })),
});

export const deadLettersSchema = z.looseObject({
  deadLetters: z.array(
    z.looseObject({
      id: z.number(),
      time: z.string(),
      direction: z.enum(["in", "out"]).describe("in: the atom trapped on it; out: its receiver could not take it."),
      peer: z.string(),
      kind: z.string(),
      reason: z.string(),
      payload: z.string(),
      payloadEncoding: encoding,
    }),
  ),
  cursor: z.number().nullable().describe("Give it as `after` for the next page; null on the last one."),
});

/** What a naming object tells of its replica. */
export const directorySchema = z.looseObject({
  version: z.number(),
  atoms: z.array(z.looseObject({ name: z.string(), kind: z.string(), moduleHash: z.string(), aliases })),
});
export type DirectoryAtom = z.output<typeof directorySchema>["atoms"][number];

export const lookupSchema = z.looseObject({ names: z.array(globalName), version: z.number() });

export const runtimesSchema = z.object({
  runtimes: z.array(
    z.object({
      name: z.string(),
      tags: z.array(z.string()),
      leader: z.boolean().describe("True of the runtime that hosts the naming leader."),
      health: z.enum(["ok", "unreachable"]).describe("Whether its naming object answered just now."),
      url: z.string().optional().describe("Where it answers, if no binding of this runtime leads to it."),
      version: z.number().optional().describe("The version of its replica of the names."),
      detail: z.string().optional().describe("Why it is not ok."),
    }),
  ),
});

export const atomsSchema = z.object({
  atoms: z.array(
    z.object({
      name: globalName,
      kind: z.string(),
      moduleHash: z.string(),
      aliases,
      state: z.string().nullable().describe("Null if the atom's object did not tell in time."),
      detail: z.string().optional().describe("Why there is no state."),
    }),
  ),
  version: z.number().describe("The version of the names that the list was made from."),
  truncated: z.boolean().describe("True if more atoms match than `limit`."),
});

export const healthSchema = z.object({
  status: z.literal("ok"),
  app: z.string(),
  runtime: z.string(),
  leader: z.string().describe("The runtime that hosts the naming leader."),
});

export const storageSchema = z.looseObject({
  kv: z
    .looseObject({ keys: z.number(), bytes: z.number(), complete: z.boolean() })
    .describe("Keys, and the bytes of keys and values; not complete if there are more than were counted."),
  mailbox: z.looseObject({ messages: z.number(), bytes: z.number() }),
  outbox: z.looseObject({ messages: z.number() }),
  deadLetters: z.number(),
});

export const deploymentSchema = z.object({
  app: z.string(),
  runtime: z.string(),
  leader: z.string().describe("The runtime that hosts the naming leader."),
  version: z.string().describe("Short for all that the Worker was made from; the same version is the same Worker."),
  atoms: z
    .array(
      z.object({
        name: globalName,
        kind,
        durability: z.enum(["durable", "volatile"]),
        module: z.string().describe("The name that the formula gave its module."),
        moduleHash: z.string().describe("SHA-256 of the compiled module, in hex."),
        configurationHash: z.string().describe("SHA-256 of everything else that the formula says of it, in hex."),
      }),
    )
    .describe("Those that the runtime was built with."),
});

export const startedSchema = z.object({
  ok: z.boolean(),
  detail: z.string().optional().describe("Why it did not start."),
  code: z
    .string()
    .optional()
    .describe("NOT_STARTED if its module is what keeps it from running: it traps, or cannot migrate."),
});
export const startReportSchema = z.object({
  runtime: z.string(),
  naming: startedSchema,
  atoms: z.array(startedSchema.extend({ name: globalName })),
});

export const loadedSchema = z.object({
  name: globalName,
  moduleHash: z.string().describe("SHA-256 of the module, in hex."),
  started: z.boolean(),
  detail: z.string().optional().describe("Why it did not start: its module traps, or cannot migrate."),
});

export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().describe("What was wrong and what would be right."),
  code: z.string().describe("A stable name for the kind of error."),
});
