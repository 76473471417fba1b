/**
 * The naming objects of the other runtimes, as this one reaches them: by a binding, or by signed requests.
 *
 * Invariants
 * 1. An object never asks itself: it would wait for itself.
 * 2. Every question ends: with an answer, or with an exception in a bounded time.
 */
import { systemClock } from "./clock.ts";
import type { Application, RuntimeEntry } from "./core/application.ts";
import type { RuntimeName } from "./core/names.ts";
import { identitySchema, NAMING_OBJECT_NAME, read } from "./naming-wire.ts";
import { withinTime } from "./time-limit.ts";
import { namespaceOf } from "./transport/namespaces.ts";

export const PEER_ANSWER_MS_MAX = 5_000;
/** Asked while the runtime that is asked waits for an answer itself. */
const IDENTITY_MS_MAX = 2_000;

/** The part of a namespace that is needed; only one of a binding gives ids. */
interface NamingNamespace {
  getByName(name: string): { fetch(url: string, init: RequestInit): Promise<Response> };
  idFromName?(name: string): { toString(): string };
}

export class NamingPeers {
  readonly #own: RuntimeName;
  readonly #entries: ReadonlyMap<RuntimeName, RuntimeEntry>;
  readonly #env: Readonly<Record<string, unknown>>;

  constructor(application: Application, env: Readonly<Record<string, unknown>>) {
    this.#own = application.runtime;
    this.#entries = new Map(application.runtimes.map((entry) => [entry.name, entry]));
    this.#env = env;
  }

  /** Every runtime but this one. */
  others(): RuntimeName[] {
    return [...this.#entries.keys()].filter((runtime) => runtime !== this.#own);
  }

  /**
   * The identity that the application gives to a runtime's name: the id of the object that its binding leads to, or what
   * answers at its url with the keys of the pair. Undefined if nothing does.
   */
  async identityOf(runtime: RuntimeName): Promise<string | undefined> {
    const namespace = this.#namespaceOf(runtime);
    if (namespace?.idFromName !== undefined) return namespace.idFromName(NAMING_OBJECT_NAME).toString();
    if (namespace === undefined || runtime === this.#own) return undefined;
    try {
      const response = await this.ask(runtime, "GET", "/identity", undefined, IDENTITY_MS_MAX);
      const answer = response.ok ? read(await response.json(), identitySchema) : response;
      return answer instanceof Response ? undefined : answer.identity;
    } catch {
      return undefined;
    }
  }

  /** Each question has a stub of its own, as a stub dies with its first exception. */
  async ask(
    runtime: RuntimeName,
    method: "GET" | "POST",
    route: string,
    body?: unknown,
    answerMsMax = PEER_ANSWER_MS_MAX,
  ): Promise<Response> {
    const namespace = this.#namespaceOf(runtime);
    if (runtime === this.#own || namespace === undefined) throw new Error(`No binding leads to runtime ${runtime}.`);
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return withinTime(systemClock, answerMsMax, async (signal) => {
      const stub = namespace.getByName(NAMING_OBJECT_NAME);
      const response = await stub.fetch(`http://naming${route}`, { method, signal, ...content });
      return new Response(await response.arrayBuffer(), response);
    });
  }

  #namespaceOf(runtime: RuntimeName): NamingNamespace | undefined {
    const entry = this.#entries.get(runtime);
    return entry === undefined ? undefined : (namespaceOf(entry, "naming", this.#env) as NamingNamespace | undefined);
  }
}
