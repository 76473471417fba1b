/**
 * Requests from the frontend to the objects that hold the state: the atoms of every runtime, and the naming objects.
 *
 * Invariants
 * 1. `ask` always answers: an object that cannot be reached is a 503 problem, one that stays silent a 504 problem.
 * 2. The time limit covers the head of the answer only, so streams may last.
 * 3. A failed request is repeated once at most, only where the platform says that it may be (`retryable`, not
 *    `overloaded`) and only if repeating it is harmless; each try has a stub of its own, as a stub dies with its exception.
 */
import type { Submission } from "../../durable/atom-session.ts";
import type { Application, RuntimeEntry } from "../../durable/core/application.ts";
import { problem, withRetryAfter } from "../../durable/problem.ts";
import { RemoteError } from "../../durable/signing/remote-error.ts";
import { namespaceOf, type ObjectKind } from "../../durable/transport/namespaces.ts";
import { logIncident } from "./incident.ts";

export type Bindings = Readonly<Record<string, unknown>>;

/** The part of a Durable Object namespace that the frontend needs. */
export interface ObjectNamespace {
  getByName(name: string): ObjectStub;
}

/** An object as its callers see it; only atoms' objects have `trigger`. */
export interface ObjectStub {
  fetch(request: Request): Promise<Response>;
  /** What became of it; from a runtime that no binding reaches, the response that this makes. */
  trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission | Response>;
  /** Ends the object, which begins anew with its next event; only atoms' objects that a binding reaches have it. */
  reset?(): Promise<void>;
}

/** One object: where it is and how an error names it. */
export interface ObjectAddress {
  readonly runtime: RuntimeEntry;
  readonly kind: ObjectKind;
  readonly name: string;
  readonly title: string;
}

interface Limits {
  readonly limitMs: number;
  /** True if a second delivery changes nothing. */
  readonly repeatable: boolean;
}

export interface Question extends Limits {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path and query on the object, as in `/state`. */
  readonly route: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
}

/** An HTTP request for an atom. */
export interface TriggerCall extends Limits {
  readonly head: Uint8Array;
  readonly payload: Uint8Array;
  readonly key: string | undefined;
}

/** A call that is under way; `abandon` is told that nobody waits for its answer any more. */
interface Under<T> {
  readonly answer: Promise<T>;
  readonly abandon: () => void;
}

/** Asks one object of the Worker that the bindings belong to. */
export type Ask = (address: ObjectAddress, question: Question) => Promise<Response>;

/** Has an atom's object begin anew. It has no answer to give, so none is a failure. */
export type Reset = (address: ObjectAddress) => Promise<void>;

/** Objects keep time limits of their own; this much past one, the object itself must be what hangs. */
export const OBJECT_GRACE_MS = 5_000;
const TRIES_MAX = 2;

export function atomAddress(runtime: RuntimeEntry, atom: string): ObjectAddress {
  return { runtime, kind: "atoms", name: atom, title: `atom ${runtime.name}/${atom}` };
}

export function namingAddress(runtime: RuntimeEntry): ObjectAddress {
  return { runtime, kind: "naming", name: "naming", title: `the naming of runtime ${runtime.name}` };
}

/** The entry of the runtime that this Worker is; an application without it was not made by formula. */
export function ownRuntime(application: Application): RuntimeEntry {
  const own = application.runtimes.find((runtime) => runtime.name === application.runtime);
  if (own === undefined)
    throw new Error(`The application has no runtime ${application.runtime}, though it was built for it.`);
  return own;
}

export function askThrough(env: Bindings): Ask {
  return (address, question) =>
    reach(env, address, question, (object) => {
      const abort = new AbortController();
      const answer = object.fetch(requestOf(question, abort.signal));
      return { answer, abandon: () => dropLateAnswer(answer, abort) };
    });
}

export function resetThrough(env: Bindings): Reset {
  return async ({ runtime, kind, name }) => {
    const namespace = namespaceOf(runtime, kind, env);
    if (isNamespace(namespace))
      await namespace
        .getByName(name)
        .reset?.()
        .catch(() => undefined);
  };
}

/** Hands an HTTP request to an atom; what became of it, or the problem. By RPC: it costs half of what a `fetch` does. */
export function trigger(env: Bindings, address: ObjectAddress, call: TriggerCall): Promise<Submission | Response> {
  const begin = (object: ObjectStub) => ({
    answer: object.trigger(call.head, call.payload, call.key),
    abandon: () => undefined,
  });
  // Whoever calls a route is anybody: what other runtimes say, and where they are, is for the log.
  return reach(env, address, call, begin, incidentAt);
}

async function reach<T>(
  env: Bindings,
  address: ObjectAddress,
  { limitMs, repeatable }: Limits,
  call: (object: ObjectStub) => Under<T>,
  failed = unreachable,
): Promise<T | Response> {
  const namespace = namespaceOf(address.runtime, address.kind, env);
  if (!isNamespace(namespace)) return unbound(address);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const under = call(namespace.getByName(address.name));
      return (await withinLimit(under, limitMs)) ?? silent(address, limitMs);
    } catch (cause) {
      if (attempt === TRIES_MAX || !repeatable || !mayRepeat(cause)) return failed(address, cause);
    }
  }
}

/** The answer, or undefined if it (its head, if it is a response) did not come in time. */
async function withinLimit<T>({ answer, abandon }: Under<T>, limitMs: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  try {
    const first = await Promise.race([answer, limit]);
    if (first === undefined) {
      answer.catch(() => undefined);
      abandon();
    }
    return first;
  } finally {
    clearTimeout(timer);
  }
}

/** Nobody waits for this answer any more: its request is aborted, and whatever becomes of it is nobody's error. */
function dropLateAnswer(answer: Promise<Response>, abort: AbortController): void {
  answer.then((late) => late.body?.cancel()).catch(() => undefined);
  abort.abort();
}

function requestOf(question: Question, signal: AbortSignal): Request {
  return new Request(`http://atom${question.route}`, {
    method: question.method,
    headers: { ...question.headers },
    signal,
    ...(question.body === undefined ? {} : { body: question.body }),
  });
}

function isNamespace(binding: unknown): binding is ObjectNamespace {
  return typeof binding === "object" && binding !== null && "getByName" in binding;
}

function mayRepeat(cause: unknown): boolean {
  const flags = cause as { readonly retryable?: unknown; readonly overloaded?: unknown } | null | undefined;
  return flags?.retryable === true && flags.overloaded !== true;
}

function unreachable(address: ObjectAddress, cause: unknown): Response {
  if (cause instanceof RemoteError) return withRetryAfter(problem(503, "UNAVAILABLE", cause.message));
  return incidentAt(address, cause);
}

function incidentAt(address: ObjectAddress, cause: unknown): Response {
  const incident = logIncident(`${address.title} could not be reached`, cause);
  const detail = `The object of ${address.title} could not be reached. Try again; the log has the cause under incident ${incident}.`;
  return withRetryAfter(problem(503, "UNAVAILABLE", detail, { incident }));
}

function unbound(address: ObjectAddress): Response {
  const { runtime, kind, title } = address;
  const binding = kind === "atoms" ? runtime.atomsBinding : runtime.namingBinding;
  const detail = `This Worker has no binding ${binding}, so it cannot reach ${title}: build and deploy it again.`;
  return problem(503, "UNAVAILABLE", detail);
}

function silent(address: ObjectAddress, limitMs: number): Response {
  return problem(504, "TIMEOUT", `The object of ${address.title} gave no answer within ${limitMs} ms.`);
}
