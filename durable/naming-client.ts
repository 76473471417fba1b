/** `Naming` over the naming object of a runtime: for the runtime's atom objects and its frontend. */
import { systemClock } from "./clock.ts";
import { z } from "zod";
import type { AliasDelta } from "./core/aliases.ts";
import type { Application } from "./core/application.ts";
import { ERROR_CODES, failure, type ErrorCode, type Failure } from "./core/errors.ts";
import type { Asker, LookupQuery } from "./core/lookup.ts";
import type { AliasAnswer, DirectoryView, Naming, Versioned } from "./core/naming.ts";
import type { AtomName, GlobalName } from "./core/names.ts";
import { PEER_ANSWER_MS_MAX } from "./naming-peers.ts";
import { NAMING_OBJECT_NAME, type LoadedStatement } from "./naming-wire.ts";
import { withinTime } from "./time-limit.ts";

/** The naming object asks other runtimes' for a part of this at most, and tells of it. */
const ANSWER_MS_MAX = 3 * PEER_ANSWER_MS_MAX;

/** The part of a `DurableObjectStub` that is needed. */
export interface NamingStub {
  fetch(request: Request): Promise<Response>;
}

const problemSchema = z.object({ code: z.string(), detail: z.string() });

export class NamingClient implements Naming {
  readonly #stub: () => NamingStub;

  /** A stub dies with its first exception, so a client that lives longer than one question is given a maker of stubs. */
  constructor(stub: NamingStub | (() => NamingStub)) {
    this.#stub = typeof stub === "function" ? stub : () => stub;
  }

  start(): Promise<Versioned | Failure> {
    return this.#ask("/start", {});
  }

  setAliases(atom: AtomName, delta: AliasDelta): Promise<AliasAnswer | Failure> {
    return this.#ask("/aliases", { atom, ...delta });
  }

  /** An atom was loaded into this runtime, or the one that was loaded under this name is gone. */
  setLoaded(statement: LoadedStatement): Promise<Versioned | Failure> {
    return this.#ask("/loaded", statement);
  }

  /** False if nothing is loaded under the name, or a deployment has come after it. */
  async isLoaded(atom: AtomName): Promise<boolean | Failure> {
    const answer = await this.#ask<{ readonly loaded: boolean }>(`/loaded?atom=${encodeURIComponent(atom)}`);
    return "code" in answer ? answer : answer.loaded;
  }

  async resolve(name: string, asker: Asker): Promise<GlobalName | Failure> {
    const answer = await this.#ask<{ readonly name: GlobalName }>("/resolve", { name, asker });
    return "code" in answer ? answer : answer.name;
  }

  async lookup(query: LookupQuery): Promise<GlobalName[] | Failure> {
    const answer = await this.#ask<{ readonly names: GlobalName[] }>("/lookup", query);
    return "code" in answer ? answer : answer.names;
  }

  directory(): Promise<DirectoryView | Failure> {
    return this.#ask("/directory");
  }

  /** Asks an object of this same build, so an answer that is none of an error has the shape of `T`. */
  async #ask<T extends object>(route: string, body?: unknown): Promise<T | Failure> {
    const content = body === undefined ? { method: "GET" } : { method: "POST", body: JSON.stringify(body) };
    try {
      return await withinTime(systemClock, ANSWER_MS_MAX, async (signal) => {
        const response = await this.#stub().fetch(new Request(`http://naming${route}`, { ...content, signal }));
        return response.ok ? await response.json<T>() : await failureIn(response);
      });
    } catch (error) {
      return failure("REMOTE", `The naming of this runtime could not be reached: ${String(error)}.`);
    }
  }
}

/** The naming of the runtime that `namespace` belongs to. */
export function namingOf(namespace: DurableObjectNamespace): NamingClient {
  return new NamingClient(() => namespace.get(namespace.idFromName(NAMING_OBJECT_NAME)));
}

/** The naming of the runtime that this Worker is. */
export function ownNaming({ runtime, runtimes }: Application, env: Readonly<Record<string, unknown>>): NamingClient {
  const own = runtimes.find(({ name }) => name === runtime);
  return namingOf(env[own?.namingBinding ?? ""] as DurableObjectNamespace);
}

async function failureIn(response: Response): Promise<Failure> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) return failure("REMOTE", `The naming of this runtime answered ${response.status}.`);
  const { code, detail } = parsed.data;
  return failure(isErrorCode(code) ? code : "REMOTE", detail);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
