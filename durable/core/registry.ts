/**
 * The naming leader: who the runtimes of the application are, and the history of the directory that followers catch up
 * with. Owned by the naming object of the leader runtime. It decides; its owner stores what was decided and then applies it.
 *
 * Invariants
 * 1. A runtime name belongs to one identity. Another one is refused, unless the application itself says that the name is
 *    now that one's (its Worker was made anew).
 * 2. An atom name is unique in its runtime: a registration that repeats one is refused as a whole.
 * 3. A registration states all atoms of its runtime, with a revision. One that was seen, or is older, changes nothing.
 * 4. The directory has only runtimes that the application lists, and of each the atoms that it stated last, or before it
 *    first did those that the application plans for it.
 * 5. Every change has the next version; versions have no gaps. An epoch names one history, so versions of two histories
 *    are never mixed up.
 * 6. The log of changes is bounded: who is further behind, or of another epoch, is given a snapshot.
 */
import { changesTo, type Change, type Directory, type RuntimeRecord } from "./directory.ts";
import type { RuntimeName } from "./names.ts";

export const LOGGED_CHANGES_MAX = 10_000;
export const ATOMS_PER_RUNTIME_MAX = 10_000;

/** How far a replica is: a version of one history. */
export interface Position {
  readonly epoch: string;
  readonly version: number;
}

/** What brings a replica up to date: the changes with the versions `since + 1`, `since + 2` ..., or everything. */
export type Update =
  | { readonly kind: "delta"; readonly epoch: string; readonly since: number; readonly changes: readonly Change[] }
  | {
      readonly kind: "snapshot";
      readonly epoch: string;
      readonly version: number;
      readonly runtimes: readonly RuntimeRecord[];
    };

export type Decision =
  | {
      readonly kind: "registered";
      /** False if the leader holds something newer: then its revision is `revision`. */
      readonly accepted: boolean;
      readonly revision: number;
      readonly changes: readonly Change[];
    }
  | { readonly kind: "refused"; readonly code: "CONFLICT" | "DENIED" | "TOO_LARGE"; readonly reason: string };

export class Leader {
  readonly directory: Directory;
  readonly #epoch: string;
  #version: number;
  /** The latest changes, the last of them with the version `#version`. */
  #log: Change[];

  constructor(directory: Directory, position: Position, log: readonly Change[] = []) {
    this.directory = directory;
    this.#epoch = position.epoch;
    this.#version = position.version;
    this.#log = [...log];
  }

  get position(): Position {
    return { epoch: this.#epoch, version: this.#version };
  }

  /** The changes that the application as it is built now asks for: see invariant 4. */
  plan(planned: readonly RuntimeRecord[]): Change[] {
    const listed = new Set(planned.map((record) => record.runtime));
    const gone = this.directory.records().filter((record) => !listed.has(record.runtime));
    const unclaimed = planned.filter((record) => (this.directory.head(record.runtime)?.identity ?? "") === "");
    return [
      ...gone.map(({ runtime }) => ({ kind: "runtime-gone", runtime }) as const),
      ...unclaimed.flatMap((record) => changesTo(this.directory, record)),
    ];
  }

  /** Judges a registration; `rightful` is the identity that the application itself gives to the runtime's name. */
  register(record: RuntimeRecord, rightful?: string): Decision {
    const held = this.directory.head(record.runtime);
    if (held === undefined) return unlisted(record.runtime);
    const foreign = held.identity !== "" && held.identity !== record.identity;
    if (foreign && record.identity !== rightful) return taken(record.runtime);
    const flaw = flawOf(record);
    if (flaw !== undefined) return flaw;
    const changes = changesTo(this.directory, record);
    const known = held.identity === record.identity && record.revision <= held.revision;
    return known
      ? { kind: "registered", accepted: changes.length === 0, revision: held.revision, changes: [] }
      : { kind: "registered", accepted: true, revision: record.revision, changes };
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) this.directory.apply(change);
    this.#version += changes.length;
    this.#log = [...this.#log, ...changes].slice(-LOGGED_CHANGES_MAX);
  }

  updateSince(position: Position): Update {
    const behind = this.#version - position.version;
    if (position.epoch !== this.#epoch || behind < 0 || behind > this.#log.length) return this.#snapshot();
    const changes = behind === 0 ? [] : this.#log.slice(-behind);
    return { kind: "delta", epoch: this.#epoch, since: position.version, changes };
  }

  #snapshot(): Update {
    return { kind: "snapshot", ...this.position, runtimes: this.directory.records() };
  }
}

function flawOf(record: RuntimeRecord): Decision | undefined {
  const { runtime, atoms } = record;
  if (atoms.length > ATOMS_PER_RUNTIME_MAX) {
    const reason = `Runtime ${runtime} has ${atoms.length} atoms; it may have ${ATOMS_PER_RUNTIME_MAX}.`;
    return { kind: "refused", code: "TOO_LARGE", reason };
  }
  const seen = new Set<string>();
  const twin = atoms.find(({ name }) => seen.size === seen.add(name).size);
  if (twin === undefined) return undefined;
  const reason = `Runtime ${runtime} has two atoms named ${twin.name}; an atom's name is unique in its runtime.`;
  return { kind: "refused", code: "CONFLICT", reason };
}

function taken(runtime: RuntimeName): Decision {
  const reason = `The runtime name ${runtime} is taken: another runtime has registered it. Give this one a name of its own.`;
  return { kind: "refused", code: "CONFLICT", reason };
}

function unlisted(runtime: RuntimeName): Decision {
  const reason = `The leader's application lists no runtime ${runtime}. Add it to the formula, or deploy the leader's runtime again.`;
  return { kind: "refused", code: "DENIED", reason };
}
