/**
 * What an atom's object does about a module that is loaded into it: keeps it, runs it in a facet, and moves the atom's state to
 * where its module runs (durable/core/loaded-atom.ts has the rules).
 *
 * Invariants
 * 1. The state moves before the first event of an object's life is handled, never in the middle of one: who loads a module has the
 *    object begin anew (`reset`). What comes meanwhile waits for it.
 *    What is loaded or taken back waits for it as well, and says where the state is to be by where it is then.
 * 2. A move that was cut short begins again: what has half arrived is thrown away, and the place that it came from still has all.
 * 3. An object that slept may have missed a deployment that took the module back. The naming of the runtime has not, as every deployment
 *    starts it first: it is asked once in a life, and where it does not answer the module goes on.
 */
import { application, loadedAtomCode } from "radon:application";
import type { AtomEntry } from "../core/application.ts";
import { failure, type Failure } from "../core/errors.ts";
import {
  isSuperseded,
  LOADED_STATE_BYTES_MAX,
  loadedAtom,
  type LoadedAtom,
  type LoadSettings,
} from "../core/loaded-atom.ts";
import type { AtomName } from "../core/names.ts";
import { COMPATIBILITY_DATE, LOADER_BINDING } from "../core/platform.ts";
import { ownNaming } from "../naming-client.ts";
import type { ServedAtom } from "../served-atom.ts";
import { FACET, LoadedFacet, loadedClass, type LoaderParts } from "./loaded-facet.ts";
import { LoadedStore, type LoadedRecord } from "./loaded-store.ts";
import { dropState, stateRows, takeRows, type StateRows } from "./state-rows.ts";

type Env = Readonly<Record<string, unknown>>;

/** The classes of this Worker that a loaded atom needs. */
interface OwnExports {
  readonly AtomGate: (options: { props: object }) => unknown;
  readonly StateKeeper: DurableObjectClass;
}

/** The state keeper's methods, as its stub has them. */
interface Keeper {
  take(rows: StateRows): Promise<void>;
  give(take: (rows: StateRows) => void): Promise<void>;
}

const NO_LOADER =
  "The platform of this runtime, or its formula, gives it no Worker Loader (loader = true in its [[runtime]])";

export class Loading {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #store: LoadedStore;
  /** The atom as the application has it. */
  #built: AtomEntry | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    this.#ctx = ctx;
    this.#env = env;
    this.#store = new LoadedStore(ctx.storage);
  }

  get record(): LoadedRecord | undefined {
    return this.#store.record;
  }

  set built(entry: AtomEntry | undefined) {
    this.#built = entry;
  }

  /** True if it has to be found out where the state has to be before anything is handled. */
  get isDue(): boolean {
    return this.record !== undefined;
  }

  /** The loaded atom, if it is the one that runs. */
  served(): ServedAtom | undefined {
    const { record } = this;
    if (record === undefined) return undefined;
    return new LoadedFacet(this.#ctx, () => loadedClass(this.#loader(), record, this.#store));
  }

  /** Moves the state to where it has to be. */
  async settle(): Promise<void> {
    const { record } = this;
    if (record === undefined) return;
    const stays = record.phase !== "leaving" && !(await this.#isOver(record));
    if (stays && record.phase === "arriving") return this.#arrive();
    if (stays) return;
    // What was deployed since then came before the state had left.
    if (record.phase === "arriving") return this.#forget();
    await this.#leave(record);
  }

  /** Keeps a module; it runs from the next life of the object on. A failure that says why not. */
  async load(name: AtomName, settings: LoadSettings, module: Uint8Array): Promise<LoadedAtom | Failure> {
    if (this.#env[LOADER_BINDING] === undefined || loadedAtomCode === null)
      return failure(
        "UNSUPPORTED",
        `${NO_LOADER}, so nothing can be loaded into it. Put ${name} into the formula, and run radon deploy.`,
      );
    const bytes = this.#ctx.storage.sql.databaseSize;
    if (!this.#hasArrived && bytes > LOADED_STATE_BYTES_MAX)
      return failure(
        "TOO_LARGE",
        `${name} has ${bytes} bytes of state; up to ${LOADED_STATE_BYTES_MAX} can be moved. Use radon deploy.`,
      );
    const wrong = await this.#compileProblem(module);
    if (wrong !== undefined) return failure("INVALID", `The module cannot be loaded: ${wrong}`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", module as Uint8Array<ArrayBuffer>));
    const identity = { runtime: application.runtime, atom: name };
    const loaded = loadedAtom(identity, this.#built, settings, digest.toHex());
    if ("code" in loaded) return loaded;
    const record = {
      ...loaded,
      phase: this.#hasArrived ? "there" : "arriving",
      stamp: crypto.randomUUID(),
      moduleBytes: module.length,
    } as const;
    this.#store.put(record, module);
    this.#endFacet("A module was loaded in its place.");
    return loaded;
  }

  /** What was loaded is to go; the state goes back to the atom that the application has, or is lost if it has none. */
  unload(): Failure | undefined {
    const { record } = this;
    if (record === undefined)
      return failure("NOT_FOUND", "Nothing was loaded into it: what the application has is changed by radon deploy.");
    if (record.phase === "arriving") this.#forget();
    else if (this.#built) this.#store.setPhase("leaving");
    else this.#lose();
    return undefined;
  }

  /** True if the state is where a loaded module runs: also of one that was just told to leave, which happens in the next life. */
  get #hasArrived(): boolean {
    return this.record !== undefined && this.record.phase !== "arriving";
  }

  async #isOver(record: LoadedRecord): Promise<boolean> {
    if (isSuperseded(record, this.#built)) return true;
    return (await ownNaming(application, this.#env).isLoaded(record.entry.name)) === false;
  }

  async #arrive(): Promise<void> {
    const { storage } = this.#ctx;
    this.#endFacet("Its state is coming.");
    this.#ctx.facets.delete(FACET);
    const keeper = this.#keeper();
    for (const rows of stateRows(storage.sql)) await keeper.take(rows);
    this.#endFacet("Its state has come.");
    storage.transactionSync(() => {
      dropState(storage.sql);
      this.#store.setPhase("there");
    });
  }

  async #leave(record: LoadedRecord): Promise<void> {
    const { storage } = this.#ctx;
    if (record.phase !== "leaving") this.#store.setPhase("leaving");
    this.#endFacet("Its state is leaving.");
    dropState(storage.sql);
    await this.#keeper().give((rows) => takeRows(storage.sql, rows));
    this.#forget();
    this.#endFacet("Its state has left.");
    this.#ctx.facets.delete(FACET);
  }

  /** The atom is gone, and all that it had. */
  #lose(): void {
    this.#endFacet("The atom was removed.");
    this.#ctx.facets.delete(FACET);
    dropState(this.#ctx.storage.sql);
    this.#forget();
  }

  #forget(): void {
    this.#store.drop();
  }

  #keeper(): Keeper {
    const { StateKeeper } = this.#exports;
    return this.#ctx.facets.get(FACET, () => ({ class: StateKeeper })) as unknown as Keeper;
  }

  #endFacet(reason: string): void {
    this.#ctx.facets.abort(FACET, new Error(reason));
  }

  #loader(): LoaderParts {
    const loader = this.#env[LOADER_BINDING] as WorkerLoader | undefined;
    if (loader === undefined || loadedAtomCode === null)
      throw new Error(`${NO_LOADER} any more: what was loaded cannot run.`);
    return { loader, code: loadedAtomCode, application, gate: this.#exports.AtomGate({ props: {} }) };
  }

  /** Only the platform can compile a module, and only in a Worker that it loads. */
  async #compileProblem(module: Uint8Array): Promise<string | undefined> {
    const { loader } = this.#loader();
    const main = `import "./atom.wasm"; export default { fetch: () => new Response(null) };`;
    const worker = loader.load({
      compatibilityDate: COMPATIBILITY_DATE,
      mainModule: "main.js",
      modules: { "main.js": main, "atom.wasm": { wasm: module } },
      globalOutbound: null,
    });
    try {
      await worker.getEntrypoint().fetch("http://atom/");
      return undefined;
    } catch (error) {
      return String(error);
    }
  }

  get #exports(): OwnExports {
    return (this.#ctx as unknown as { readonly exports: OwnExports }).exports;
  }
}
