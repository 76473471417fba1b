/** An application of two runtimes and objects that answer from a table; every request that reaches one is written down. */
import { DEFAULT_SETTINGS, type Application, type AtomEntry } from "../../durable/core/application.ts";
import type { Submission } from "../../durable/atom-session.ts";
import type { AtomName, RuntimeName } from "../../durable/core/names.ts";
import { createFrontend } from "../../workers/frontend/frontend.ts";

export interface Seen {
  readonly binding: string;
  readonly object: string;
  readonly method: string;
  /** Path and query, as they came. */
  readonly route: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  /** Of an HTTP request that triggers an atom (`route` is "trigger" then), what the atom reads as its head. */
  readonly head?: { readonly method: string; readonly url: string; readonly headers: readonly [string, string][] };
}

export type Answerer = (seen: Seen) => Response | Promise<Response>;

export const cloud = "cloud" as RuntimeName;
export const edge = "edge-1" as RuntimeName;

export function atom(runtime: RuntimeName, name: string, settings: Partial<AtomEntry> = {}): AtomEntry {
  return {
    runtime,
    name: name as AtomName,
    module: name,
    moduleHash: "00",
    kind: "reactive",
    ...DEFAULT_SETTINGS,
    grants: [],
    ...settings,
  };
}

export function application(settings: Partial<Application> = {}): Application {
  return {
    app: "tour",
    version: "0123456789abcdef",
    runtime: cloud,
    leader: cloud,
    development: true,
    runtimes: [
      { name: cloud, tags: ["cloud"], atomsBinding: "ATOMS", namingBinding: "NAMING" },
      { name: edge, tags: ["edge", "milan"], atomsBinding: "ATOMS_1", namingBinding: "NAMING_1" },
    ],
    atoms: [
      atom(cloud, "counter", { http: ["/counter/*"] }),
      atom(cloud, "clock", { kind: "daemon" }),
      atom(edge, "ticker", { kind: "daemon", http: ["/ticker"] }),
    ],
    ...settings,
  };
}

/** Bindings whose objects are all answered by `answer`; `seen` grows with every request. */
export function bindings(answer: Answerer): { readonly env: Record<string, unknown>; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const namespace = (binding: string) => ({
    getByName: (object: string) => ({
      fetch: async (request: Request) => {
        const url = new URL(request.url);
        const body = new Uint8Array(await request.arrayBuffer());
        const { method, headers, signal } = request;
        const one: Seen = { binding, object, method, route: url.pathname + url.search, headers, body, signal };
        seen.push(one);
        return answer(one);
      },
      trigger: async (head: Uint8Array, body: Uint8Array, key: string | undefined): Promise<Submission> => {
        const headers = new Headers(key === undefined ? {} : { "idempotency-key": key });
        const { signal } = new AbortController();
        const ends = { binding, object, method: "RPC", route: "trigger", headers, body, signal };
        const one: Seen = { ...ends, head: JSON.parse(textOf(head)) };
        seen.push(one);
        return answered(await answer(one));
      },
      reset: async (): Promise<void> => {
        const { signal } = new AbortController();
        const rest = { headers: new Headers(), body: new Uint8Array(), signal };
        seen.push({ binding, object, method: "RPC", route: "reset", ...rest });
        throw new Error("The object begins anew.");
      },
    }),
  });
  const names = ["ATOMS", "NAMING", "ATOMS_1", "NAMING_1"];
  return { env: Object.fromEntries(names.map((name) => [name, namespace(name)])), seen };
}

/** What an atom answered, as its object returns it. */
async function answered(response: Response): Promise<Submission> {
  const { status } = response;
  const payload = new Uint8Array(await response.arrayBuffer());
  return { kind: "answered", answer: { kind: "response", status, headers: [...response.headers], payload } };
}

export interface World {
  readonly seen: Seen[];
  readonly env: Record<string, unknown>;
  readonly send: (path: string, init?: RequestInit) => Promise<Response>;
}

/** A frontend over fake objects. */
export function world(
  answer: Answerer,
  settings: Partial<Application> = {},
  secrets: Record<string, unknown> = {},
): World {
  const app = createFrontend(application(settings));
  const { env, seen } = bindings(answer);
  const all = { ...env, ...secrets };
  return {
    seen,
    env: all,
    send: (path, init) => app.fetch(new Request(/^https?:/.test(path) ? path : `http://localhost${path}`, init), all),
  };
}

export const ok: Answerer = () => new Response("ok");

/** What an atom's object tells of itself. */
export function stateOf(name: string, settings: Record<string, unknown> = {}): Response {
  return Response.json({
    name,
    kind: "reactive",
    module: "m",
    moduleHash: "00",
    state: "idle",
    mailbox: { messages: 3, bytes: 40 },
    outbox: { messages: 1 },
    counters: { received: 7, deadLetters: 0 },
    aliases: {},
    lastTrap: null,
    ...settings,
  });
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly incident?: string;
  readonly errors?: readonly { readonly parameter: string; readonly detail: string }[];
}

/** The problem that a response must be. */
export async function problemOf(response: Response): Promise<ProblemBody> {
  if (response.headers.get("content-type") !== "application/problem+json") {
    throw new Error(`no problem but ${response.status}: ${await response.text()}`);
  }
  const body = (await response.json()) as ProblemBody;
  if (body.status !== response.status)
    throw new Error(`status ${response.status}, but its problem says ${body.status}`);
  return body;
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
