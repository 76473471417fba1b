/**
 * The naming objects of the other runtimes, as this one reaches them.
 *
 * Invariants
 * 1. An object never asks itself: it would wait for itself.
 * 2. Every question ends: with an answer, or with an exception in a bounded time.
 */
import type { Application, RuntimeEntry } from "./core/application.ts";
import type { RuntimeName } from "./core/names.ts";
import { NAMING_OBJECT_NAME } from "./naming-wire.ts";

export const PEER_ANSWER_MS_MAX = 5_000;

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

  /** The identity that the application gives to a runtime's name: the id of the object that its binding leads to. */
  identityOf(runtime: RuntimeName): string | undefined {
    return this.#namespaceOf(runtime)?.idFromName(NAMING_OBJECT_NAME).toString();
  }

  /** Each question has a stub of its own, as a stub dies with its first exception. */
  async ask(runtime: RuntimeName, method: "GET" | "POST", route: string, body?: unknown): Promise<Response> {
    const namespace = this.#namespaceOf(runtime);
    if (runtime === this.#own || namespace === undefined) throw new Error(`No binding leads to runtime ${runtime}.`);
    const stub = namespace.get(namespace.idFromName(NAMING_OBJECT_NAME));
    const signal = AbortSignal.timeout(PEER_ANSWER_MS_MAX);
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return stub.fetch(`http://naming${route}`, { method, signal, ...content });
  }

  #namespaceOf(runtime: RuntimeName): DurableObjectNamespace | undefined {
    const entry = this.#entries.get(runtime);
    return entry === undefined ? undefined : (this.#env[entry.namingBinding] as DurableObjectNamespace | undefined);
  }
}
