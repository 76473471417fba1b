/** The control API of one atom: what is there and how each is passed on to the atom's object. */
import { accepted, bytes, done, json } from "./answers.ts";
import { atomStateSchema, deadLettersSchema, kvPageSchema, logLinesSchema, storageSchema } from "./answer-schemas.ts";
import { OBJECT_GRACE_MS } from "./objects.ts";
import type { Operation } from "./operation.ts";
import {
  afterParameter,
  cursorParameter,
  deadLetterLimitParameter,
  deadLetterParameter,
  keyParameter,
  kvLimitParameter,
  prefixParameter,
  signalParameter,
  timeoutParameter,
} from "./parameters.ts";
import { decodedBytes, encodedBytes } from "../../durable/percent.ts";
import { relay } from "./relay.ts";

/** A key goes on in its canonical spelling, as one segment. */
const keyRoute = (key: string): string => `/kv/${encodedBytes(decodedBytes(key) ?? new Uint8Array(0))}`;
const inKey = { suffix: "/kv/{key}", path: { key: keyParameter }, rest: "key" } as const;
const inDeadLetter = { path: { id: deadLetterParameter } };

const mailboxOperations: readonly Operation[] = [
  relay({
    id: "sendMessage",
    method: "post",
    suffix: "/messages",
    summary: "Puts a one-way message into the atom's mailbox",
    idempotent: true,
    payload: "The message's payload.",
    answers: accepted,
    route: () => "/messages",
  }),
  relay({
    id: "sendRequest",
    method: "post",
    suffix: "/requests",
    summary: "Sends a request to the atom and waits for its reply",
    query: { timeout_ms: timeoutParameter },
    idempotent: true,
    payload: "The request's payload.",
    answers: bytes("The reply's bytes."),
    problems: [409, 502],
    route: (call) => `/requests${call.search}`,
    limitMs: (call) => call.query.timeout_ms + OBJECT_GRACE_MS,
  }),
  relay({
    id: "interruptAtom",
    method: "post",
    suffix: "/interrupts/{signal}",
    summary: "Interrupts the atom",
    path: { signal: signalParameter },
    payload: "The interrupt's payload.",
    answers: accepted,
    route: (call) => `/interrupts/${call.path.signal}`,
  }),
  relay({
    id: "listDeadLetters",
    method: "get",
    suffix: "/dead-letters",
    summary: "Lists the messages that trapped the atom too often",
    query: { after: afterParameter, limit: deadLetterLimitParameter },
    answers: json("The dead letters by id, each with the reason why it is one.", deadLettersSchema),
    route: (call) => `/dead-letters${call.search}`,
  }),
  relay({
    id: "redeliverDeadLetter",
    method: "post",
    suffix: "/dead-letters/{id}/redeliver",
    summary: "Puts a dead letter back into the mailbox",
    ...inDeadLetter,
    answers: accepted,
    problems: [429],
    route: (call) => `/dead-letters/${call.path.id}/redeliver`,
  }),
  relay({
    id: "dropDeadLetter",
    method: "delete",
    suffix: "/dead-letters/{id}",
    summary: "Drops a dead letter for good",
    ...inDeadLetter,
    answers: done,
    route: (call) => `/dead-letters/${call.path.id}`,
  }),
];

const instanceOperations: readonly Operation[] = [
  relay({
    id: "getAtom",
    method: "get",
    suffix: "",
    summary: "Tells state, mailbox depth, counters and last trap of the atom",
    answers: json("The atom as its object sees it.", atomStateSchema),
    route: () => "/state",
  }),
  relay({
    id: "measureStorage",
    method: "get",
    suffix: "/storage",
    summary: "Counts what the atom's object holds: keys and bytes, waiting messages, dead letters",
    answers: json("What would be lost with the object.", storageSchema),
    route: () => "/storage",
  }),
  relay({
    id: "restartAtom",
    method: "post",
    suffix: "/restart",
    summary: "Drops the atom's instance and starts a new one",
    answers: accepted,
    route: () => "/restart",
  }),
  relay({
    id: "readLogs",
    method: "get",
    suffix: "/logs",
    summary: "Tells the atom's recent log lines; as server-sent events, those to come as well",
    answers: {
      200: {
        description: "Recent lines; with Accept: text/event-stream, a stream of events.",
        bodies: [{ type: "application/json", schema: logLinesSchema }, { type: "text/event-stream" }],
      },
    },
    problems: [429],
    route: () => "/logs",
    passes: ["accept", "last-event-id"],
  }),
];

const kvOperations: readonly Operation[] = [
  relay({
    id: "listKeys",
    method: "get",
    suffix: "/kv",
    summary: "Lists the atom's key-value entries in the order of their key bytes",
    query: { prefix: prefixParameter, limit: kvLimitParameter, cursor: cursorParameter },
    escaped: ["prefix"],
    answers: json("A page of entries, and where the next one starts.", kvPageSchema),
    route: (call) => `/kv${call.search}`,
  }),
  relay({
    id: "getKey",
    method: "get",
    summary: "Reads the value of a key",
    ...inKey,
    answers: bytes("The value."),
    route: (call) => keyRoute(call.path.key),
  }),
  relay({
    id: "putKey",
    method: "put",
    summary: "Writes the value of a key",
    ...inKey,
    payload: "The value.",
    answers: done,
    route: (call) => keyRoute(call.path.key),
  }),
  relay({
    id: "deleteKey",
    method: "delete",
    summary: "Deletes a key",
    ...inKey,
    answers: done,
    route: (call) => keyRoute(call.path.key),
  }),
];

export const atomOperations: readonly Operation[] = [...instanceOperations, ...mailboxOperations, ...kvOperations];
