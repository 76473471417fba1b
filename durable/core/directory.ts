/**
 * The directory: every runtime, its atoms and their aliases, indexed for lookups. The leader and each follower hold one;
 * it changes only by `apply`, so whoever applies the same changes holds the same directory.
 *
 * Invariants
 * 1. A runtime name has one record; an atom name has one record in its runtime.
 * 2. The indexes hold exactly the names and aliases of the records.
 * 3. A change that was applied already changes nothing.
 */
import { aliasPairs, type AliasSet } from "./alias-set.ts";
import type { AtomKind } from "./application.ts";
import { globalName, type AtomName, type GlobalName, type RuntimeName } from "./names.ts";
import { TextIndex } from "./text-index.ts";

export interface AtomRecord {
  readonly name: AtomName;
  readonly kind: AtomKind;
  readonly moduleHash: string;
  readonly aliases: AliasSet;
}

export interface RuntimeHead {
  readonly runtime: RuntimeName;
  /** Whose the name is; empty while the application plans the runtime and nobody has claimed its name yet. */
  readonly identity: string;
  readonly tags: readonly string[];
  /** Grows with every change of the runtime's own atoms. */
  readonly revision: number;
}

export interface RuntimeRecord extends RuntimeHead {
  readonly atoms: readonly AtomRecord[];
}

export type Change =
  | { readonly kind: "runtime"; readonly head: RuntimeHead }
  | { readonly kind: "runtime-gone"; readonly runtime: RuntimeName }
  | { readonly kind: "atom"; readonly runtime: RuntimeName; readonly atom: AtomRecord }
  | { readonly kind: "atom-gone"; readonly runtime: RuntimeName; readonly atom: AtomName };

export class Directory {
  readonly #heads = new Map<RuntimeName, RuntimeHead>();
  readonly #atoms = new Map<RuntimeName, Map<AtomName, AtomRecord>>();
  /** Atoms by global name, by bare name, and by alias within a scope. */
  readonly global = new TextIndex();
  readonly bare = new TextIndex();
  readonly #scopes = new Map<string, TextIndex>();

  /** The aliases of a scope; undefined where no atom has one. */
  scope(scope: string): TextIndex | undefined {
    return this.#scopes.get(scope);
  }

  head(runtime: RuntimeName): RuntimeHead | undefined {
    return this.#heads.get(runtime);
  }

  atom(runtime: RuntimeName, atom: AtomName): AtomRecord | undefined {
    return this.#atoms.get(runtime)?.get(atom);
  }

  record(runtime: RuntimeName): RuntimeRecord | undefined {
    const head = this.#heads.get(runtime);
    if (head === undefined) return undefined;
    const atoms = [...(this.#atoms.get(runtime)?.values() ?? [])];
    return { ...head, atoms: atoms.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  /** Every runtime with its atoms, in order of names. */
  records(): RuntimeRecord[] {
    const runtimes = [...this.#heads.keys()].sort();
    return runtimes.flatMap((runtime) => this.record(runtime) ?? []);
  }

  apply(change: Change): void {
    switch (change.kind) {
      case "runtime":
        this.#heads.set(change.head.runtime, change.head);
        return;
      case "runtime-gone":
        for (const atom of this.#atoms.get(change.runtime)?.keys() ?? []) this.#dropAtom(change.runtime, atom);
        this.#atoms.delete(change.runtime);
        this.#heads.delete(change.runtime);
        return;
      case "atom":
        this.#putAtom(change.runtime, change.atom);
        return;
      case "atom-gone":
        this.#dropAtom(change.runtime, change.atom);
    }
  }

  #putAtom(runtime: RuntimeName, atom: AtomRecord): void {
    this.#dropAtom(runtime, atom.name);
    const atoms = this.#atoms.get(runtime) ?? new Map<AtomName, AtomRecord>();
    this.#atoms.set(runtime, atoms.set(atom.name, atom));
    const name = globalName(runtime, atom.name);
    this.global.add(name, name);
    this.bare.add(atom.name, name);
    for (const [scope, value] of aliasPairs(atom.aliases)) this.#indexOf(scope).add(value, name);
  }

  #dropAtom(runtime: RuntimeName, atomName: AtomName): void {
    const atom = this.#atoms.get(runtime)?.get(atomName);
    if (atom === undefined) return;
    this.#atoms.get(runtime)?.delete(atomName);
    const name = globalName(runtime, atomName);
    this.global.delete(name, name);
    this.bare.delete(atomName, name);
    for (const [scope, value] of aliasPairs(atom.aliases)) this.#dropAlias(scope, value, name);
  }

  #dropAlias(scope: string, value: string, name: GlobalName): void {
    const index = this.#scopes.get(scope);
    index?.delete(value, name);
    if (index?.empty === true) this.#scopes.delete(scope);
  }

  #indexOf(scope: string): TextIndex {
    const index = this.#scopes.get(scope) ?? new TextIndex();
    this.#scopes.set(scope, index);
    return index;
  }
}

/** The changes that make `next` of what `directory` holds of that runtime. */
export function changesTo(directory: Directory, next: RuntimeRecord): Change[] {
  const { runtime, atoms } = next;
  const old = directory.record(runtime);
  const head: RuntimeHead = { runtime, identity: next.identity, tags: next.tags, revision: next.revision };
  const kept = new Set(atoms.map((atom) => atom.name));
  const gone = (old?.atoms ?? []).filter((atom) => !kept.has(atom.name));
  const changed = atoms.filter((atom) => !sameAtom(directory.atom(runtime, atom.name), atom));
  return [
    ...(sameHead(directory.head(runtime), head) ? [] : [{ kind: "runtime", head } as const]),
    ...gone.map((atom) => ({ kind: "atom-gone", runtime, atom: atom.name }) as const),
    ...changed.map((atom) => ({ kind: "atom", runtime, atom }) as const),
  ];
}

function sameHead(a: RuntimeHead | undefined, b: RuntimeHead): boolean {
  if (a === undefined || a.identity !== b.identity || a.revision !== b.revision) return false;
  return JSON.stringify(a.tags) === JSON.stringify(b.tags);
}

function sameAtom(a: AtomRecord | undefined, b: AtomRecord): boolean {
  if (a === undefined || a.kind !== b.kind || a.moduleHash !== b.moduleHash) return false;
  return JSON.stringify(a.aliases) === JSON.stringify(b.aliases);
}
