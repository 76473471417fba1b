/**
 * A loaded atom at work: the class that a loaded Worker has, an object inside of the atom's own object (a facet), with a storage of
 * its own. The bundle of this file is a part of each runtime's Worker that can load, which hands it to the loader with the module.
 */
import { DurableObject } from "cloudflare:workers";
import module from "./atom.wasm";
import fastPath from "./fast-path.wasm";
import trampoline from "./trampoline.wasm";
import type { Application, AtomEntry } from "../core/application.ts";
import type { Submission, NamingPort } from "../atom-session.ts";
import { moduleProgram } from "../engine/instance.ts";
import { openAtom } from "../open-atom.ts";
import { SessionAtom } from "../served-atom.ts";
import { SqliteStore } from "../sqlite-store.ts";
import { ObjectStubs, type PeerObjects } from "../transport/object-stubs.ts";
import type { AtomGate } from "./atom-gate.ts";

export interface LoadedEnv {
  readonly APPLICATION: Application;
  readonly ENTRY: AtomEntry;
  readonly GATE: Pick<AtomGate, "exchange" | keyof NamingPort>;
}

export class LoadedAtomObject extends DurableObject<LoadedEnv> {
  readonly #atom: SessionAtom;

  constructor(ctx: DurableObjectState, env: LoadedEnv) {
    super(ctx, env);
    const { APPLICATION, ENTRY, GATE } = env;
    const names = new ObjectStubs(APPLICATION, {});
    const peers: PeerObjects = {
      isRemote: (name) => names.isRemote(name),
      get: (name) => ({
        exchange: (batch) => GATE.exchange(name, batch),
        // A socket would have to be opened by the object around this one: batches go by calls.
        fetch: () => Promise.resolve(new Response(null)),
      }),
    };
    const parts = openAtom(APPLICATION, ENTRY, moduleProgram(module, { trampoline, fastPath }), {
      ...{ store: new SqliteStore(ctx.storage), peers, naming: GATE },
      waitUntil: (work) => ctx.waitUntil(work),
      // The object around this one sets an alarm before anything comes here, and keeps it for as long as `wake` asks for.
      setAlarm: () => undefined,
      abort: (reason) => ctx.abort(reason),
    });
    this.#atom = new SessionAtom(parts);
  }

  override fetch(request: Request): Promise<Response> {
    return this.#atom.fetch(request);
  }

  exchange(batch: Uint8Array): Promise<Uint8Array> {
    return this.#atom.exchange(batch);
  }

  trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission> {
    return this.#atom.trigger(head, payload, key);
  }

  /** The alarm rang; true if another one is needed. */
  async wake(): Promise<boolean> {
    await this.#atom.wake();
    return this.#atom.parts.session.hasUndone;
  }
}
