/** The way from one atom's object to another's: the bindings of this Worker, or signed requests where there is none. */
import type { Application, RuntimeEntry } from "../core/application.ts";
import { splitGlobalName, type GlobalName } from "../core/names.ts";
import { namespaceOf } from "./namespaces.ts";

/** An atom's object as its peers see it. */
export interface PeerObject {
  /** Hands over an encoded batch; resolves with the one that answers it, once all that it brought is durable. */
  exchange(batch: Uint8Array): Promise<Uint8Array>;
  /** Where no socket leads to the object, a response without one. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** Leads to the objects of peers. */
export interface PeerObjects {
  /** True if no binding leads to the atom's runtime, but a url. */
  isRemote(name: GlobalName): boolean;
  /** A stub of the atom's object, for one use: after an exception a stub is of no use any more. Throws if nothing leads to it. */
  get(name: GlobalName): PeerObject;
}

interface PeerNamespace {
  getByName(name: string): PeerObject;
}

export class ObjectStubs implements PeerObjects {
  readonly #application: Application;
  readonly #env: Readonly<Record<string, unknown>>;

  constructor(application: Application, env: Readonly<Record<string, unknown>>) {
    this.#application = application;
    this.#env = env;
  }

  isRemote(name: GlobalName): boolean {
    return this.#entryOf(name)?.url !== undefined;
  }

  get(name: GlobalName): PeerObject {
    const { runtime, atom } = splitGlobalName(name);
    const entry = this.#entryOf(name);
    const namespace = entry && (namespaceOf(entry, "atoms", this.#env) as PeerNamespace | undefined);
    if (!namespace) throw new Error(`No binding of this Worker reaches the runtime ${runtime}.`);
    return namespace.getByName(atom);
  }

  #entryOf(name: GlobalName): RuntimeEntry | undefined {
    const { runtime } = splitGlobalName(name);
    return this.#application.runtimes.find((each) => each.name === runtime);
  }
}
