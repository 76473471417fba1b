/** The types of `radon:application`, the virtual module that formula writes for each runtime (see `paths` in tsconfig.json). */
import type { Application } from "../durable/core/application.ts";
import type { EngineModules } from "../durable/engine/engine-modules.ts";

/** The whole application, seen from the runtime that this Worker is. */
export declare const application: Application;
/** The compiled modules of this runtime's atoms; the key is `AtomEntry.module`. */
export declare const modules: Readonly<Record<string, WebAssembly.Module>>;
/** The bundle of `durable/loaded/loaded-atom-object.ts`; null if the runtime cannot load atoms. */
export declare const loadedAtomCode: string | null;
/** The engine's own modules. */
export declare const engine: EngineModules;
