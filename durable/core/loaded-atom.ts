/**
 * An atom that was loaded into a running system (`radon load`): what its object and the naming of its runtime keep of it, and when
 * a deployment takes its place.
 *
 * Invariants
 * 1. The last word counts: a loaded module runs as long as the application has what it had when that was loaded. A deployment that
 *    changed the atom's module, or that added or removed the atom, comes after it, and undoes it.
 * 2. The state is in one place at a time: with the module that was deployed or with the one that was loaded. `arriving` and
 *    `leaving` are the ways between them, each of which can be gone again from its start.
 */
import { DEFAULT_SETTINGS, GRANTS, type AtomEntry, type AtomKind, type Durability, type Grant } from "./application.ts";
import { checkAlias } from "./aliases.ts";
import { failure, type Failure } from "./errors.ts";
import type { AtomName, RuntimeName } from "./names.ts";

/** A module of this size takes a few seconds to be loaded; larger ones belong into a deployment. */
export const LOADED_MODULE_BYTES_MAX = 16 * 1024 * 1024;
/** What `loadAtom` moves from one place to the other. */
export const LOADED_STATE_BYTES_MAX = 256 * 1024 * 1024;
/** All settings together, as JSON. */
export const LOAD_SETTINGS_BYTES_MAX = 64 * 1024;

/** The module's name in an entry whose module is in no bundle. */
const LOADED_MODULE = "loaded";

/** What may be said of an atom when it is loaded. What is not said stays as the application has it, or is the default. */
export interface LoadSettings {
  readonly kind?: AtomKind | undefined;
  readonly grants?: readonly Grant[] | undefined;
  readonly aliases?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly durability?: Durability | undefined;
  readonly config?: Readonly<Record<string, string>> | undefined;
  readonly attemptsMax?: number | undefined;
  readonly cpuMs?: number | undefined;
  readonly memoryMb?: number | undefined;
}

export type LoadPhase = "arriving" | "there" | "leaving";

export interface LoadedAtom {
  readonly entry: AtomEntry;
  /** The hash of the module that the application had for the atom when this one was loaded; null: it had no such atom. */
  readonly replaces: string | null;
}

/** The atom as it runs once it is loaded. `built`: what the application has under its name. */
export function loadedAtom(
  name: { readonly runtime: RuntimeName; readonly atom: AtomName },
  built: AtomEntry | undefined,
  settings: LoadSettings,
  moduleHash: string,
): LoadedAtom | Failure {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const identity = { runtime: name.runtime, name: name.atom, module: LOADED_MODULE, moduleHash };
  const entry: AtomEntry = { kind: "reactive", ...DEFAULT_SETTINGS, ...built, ...given, ...identity };
  return problemOf(entry) ?? { entry, replaces: built?.moduleHash ?? null };
}

/** True if the application has changed the atom since it was loaded. */
export function isSuperseded(
  { replaces }: Pick<LoadedAtom, "replaces">,
  built: Pick<AtomEntry, "moduleHash"> | undefined,
): boolean {
  return (built?.moduleHash ?? null) !== replaces;
}

function problemOf({ grants, aliases }: AtomEntry): Failure | undefined {
  const unknown = grants.find((grant) => !GRANTS.includes(grant));
  if (unknown !== undefined)
    return failure("INVALID", `There is no capability "${unknown}". Capabilities: ${GRANTS.join(", ")}.`);
  for (const [scope, values] of Object.entries(aliases)) {
    const wrong = values.map((value) => checkAlias(scope, value)).find(Boolean);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
