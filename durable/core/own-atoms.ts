/**
 * The atoms of one runtime as its naming object knows them: what the application configures, what was loaded since, and what each
 * atom has since changed of its aliases. The runtime is the only authority for these; everybody else has copies.
 *
 * Invariants
 * 1. An atom is listed if and only if the application lists it, or it was loaded and nothing was deployed over that.
 * 2. Of an atom's alias deltas the newest counts, in whatever order they come.
 */
import { aliasPairs, effectiveAliases } from "./alias-set.ts";
import { checkAlias, NO_ALIASES, type Alias, type AliasDelta } from "./aliases.ts";
import type { Application } from "./application.ts";
import type { AtomRecord, RuntimeRecord } from "./directory.ts";
import { failure, type Failure } from "./errors.ts";
import { ALIASES_MAX } from "./limits.ts";
import { isSuperseded } from "./loaded-atom.ts";
import type { AtomName, RuntimeName } from "./names.ts";

/** What was loaded, as the naming has to know it. */
export interface LoadedName extends Omit<AtomRecord, "name"> {
  /** As in `LoadedAtom`. */
  readonly replaces: string | null;
}

export type AtomDelta = readonly [atom: AtomName, delta: AliasDelta];

/** What became of a delta. `revision` is the newest one held: an atom that is behind it has lost its own count. */
export interface DeltaVerdict {
  readonly fresh: boolean;
  readonly revision: number;
  /** What to store: the delta without what has no effect. */
  readonly delta: AliasDelta;
}

export class OwnAtoms {
  readonly #runtime: RuntimeName;
  readonly #tags: readonly string[];
  readonly #configured: ReadonlyMap<AtomName, AtomRecord>;
  readonly #loaded: Map<AtomName, LoadedName>;
  readonly #deltas: Map<AtomName, AliasDelta>;

  constructor(
    application: Application,
    runtime: RuntimeName,
    deltas: Iterable<AtomDelta> = [],
    loaded: Iterable<readonly [AtomName, LoadedName]> = [],
  ) {
    this.#runtime = runtime;
    this.#tags = application.runtimes.find((entry) => entry.name === runtime)?.tags ?? [];
    this.#configured = new Map(
      application.atoms.filter((atom) => atom.runtime === runtime).map((atom) => [atom.name, atom]),
    );
    this.#deltas = new Map(deltas);
    this.#loaded = new Map(loaded);
  }

  /** Judges a delta and changes nothing: the caller stores it, then calls `put`. */
  judge(atom: AtomName, delta: AliasDelta): DeltaVerdict | Failure {
    const configured = this.#atom(atom);
    if (configured === undefined) return failure("NOT_FOUND", `Runtime ${this.#runtime} has no atom ${atom}.`);
    const wrong = [...delta.added, ...delta.removed].map(([scope, value]) => checkAlias(scope, value)).find(Boolean);
    if (wrong !== undefined) return wrong;
    if (delta.added.length > ALIASES_MAX) {
      return failure("TOO_LARGE", `Atom ${atom} gave itself ${delta.added.length} aliases; it may ${ALIASES_MAX}.`);
    }
    const held = this.#deltas.get(atom)?.revision ?? NO_ALIASES.revision;
    const fresh = delta.revision > held;
    return { fresh, revision: fresh ? delta.revision : held, delta: withoutEffectless(configured, delta) };
  }

  put(atom: AtomName, delta: AliasDelta): void {
    this.#deltas.set(atom, delta);
  }

  /** `null`: nothing is loaded under the name any more. */
  setLoaded(atom: AtomName, loaded: LoadedName | null): void {
    if (loaded) this.#loaded.set(atom, loaded);
    else this.#loaded.delete(atom);
  }

  /** True if what was loaded under the name is what runs. */
  isLoaded(atom: AtomName): boolean {
    const loaded = this.#loaded.get(atom);
    return loaded !== undefined && !isSuperseded(loaded, this.#configured.get(atom));
  }

  record(identity: string, revision: number): RuntimeRecord {
    const names = new Set([...this.#configured.keys(), ...this.#loaded.keys()]);
    const atoms = [...names].flatMap((name) => this.#atom(name) ?? []).map((atom) => this.#atomRecord(atom));
    return { runtime: this.#runtime, identity, tags: this.#tags, revision, atoms };
  }

  #atom(name: AtomName): AtomRecord | undefined {
    const loaded = this.#loaded.get(name);
    return loaded && this.isLoaded(name) ? { name, ...loaded } : this.#configured.get(name);
  }

  #atomRecord({ name, kind, moduleHash, aliases }: AtomRecord): AtomRecord {
    const delta = this.#deltas.get(name) ?? NO_ALIASES;
    return { name, kind, moduleHash, aliases: effectiveAliases(aliases, delta) };
  }
}

/** Taking back what the configuration does not give has no effect, and a long life would fill the store with it. */
function withoutEffectless(configured: AtomRecord, delta: AliasDelta): AliasDelta {
  const given = new Set(aliasPairs(configured.aliases).map(keyOf));
  return { ...delta, removed: delta.removed.filter((alias) => given.has(keyOf(alias))) };
}

function keyOf([scope, value]: Alias): string {
  return `${scope}\0${value}`;
}

/** Every runtime as the application plans it, its name not yet claimed by anybody. */
export function plannedRuntimes(application: Application): RuntimeRecord[] {
  return application.runtimes.map(({ name }) => new OwnAtoms(application, name).record("", 0));
}
