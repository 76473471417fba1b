/**
 * A loaded atom as the object around it has it: every event goes on to the facet in which its module runs.
 *
 * Invariants
 * 1. An alarm is set before an event goes on, and again for as long as the facet has something to do: only the object around a facet
 *    can set one.
 */
import { engine } from "radon:application";
import type { Application } from "../core/application.ts";
import { COMPATIBILITY_DATE } from "../core/platform.ts";
import type { Submission } from "../atom-session.ts";
import type { ServedAtom } from "../served-atom.ts";
import type { LoadedRecord, LoadedStore } from "./loaded-store.ts";

const ALARM_AFTER_MS = 10_000;
/** The name of the facet that has the atom's state. */
export const FACET = "atom";
const MAIN = "loaded-atom.js";

/** What the loader is given of the runtime's Worker. */
export interface LoaderParts {
  readonly loader: WorkerLoader;
  /** The bundle of `loaded-atom-object.ts`. */
  readonly code: string;
  readonly application: Application;
  /** The entrypoint by which the loaded Worker reaches this one (`atom-gate.ts`). */
  readonly gate: unknown;
}

/** The facet's methods, as its stub has them. */
interface Facet {
  fetch(request: Request): Promise<Response>;
  exchange(batch: Uint8Array): Promise<Uint8Array>;
  trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission>;
  wake(): Promise<boolean>;
}

/** The class of the loaded Worker; the loader fetches the module only if it has not got it yet. */
export function loadedClass(
  { loader, code, application, gate }: LoaderParts,
  record: LoadedRecord,
  store: LoadedStore,
): DurableObjectClass {
  const worker = loader.get(`${application.version} ${record.stamp}`, () => ({
    compatibilityDate: COMPATIBILITY_DATE,
    mainModule: MAIN,
    modules: {
      [MAIN]: code,
      "atom.wasm": { wasm: store.module(record) },
      "trampoline.wasm": { wasm: engine.trampoline },
      "fast-path.wasm": { wasm: engine.fastPath },
    },
    env: { APPLICATION: application, ENTRY: record.entry, GATE: gate },
  }));
  return worker.getDurableObjectClass("LoadedAtomObject");
}

export class LoadedFacet implements ServedAtom {
  readonly #ctx: DurableObjectState;
  readonly #class: () => DurableObjectClass;
  #isArmed = false;

  constructor(ctx: DurableObjectState, makeClass: () => DurableObjectClass) {
    this.#ctx = ctx;
    this.#class = makeClass;
  }

  fetch(request: Request): Promise<Response> {
    return this.#facet().fetch(request);
  }

  exchange(batch: Uint8Array): Promise<Uint8Array> {
    return this.#facet().exchange(batch);
  }

  trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission> {
    return this.#facet().trigger(head, payload, key);
  }

  async wake(): Promise<void> {
    this.#isArmed = false;
    if (await this.#get().wake()) this.#arm();
  }

  #facet(): Facet {
    this.#arm();
    return this.#get();
  }

  #get(): Facet {
    return this.#ctx.facets.get(FACET, () => ({ class: this.#class() })) as unknown as Facet;
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    void this.#ctx.storage.setAlarm(Date.now() + ALARM_AFTER_MS);
  }
}
