/**
 * The replica that a follower answers lookups from: the leader's directory, with the state of the follower's own runtime,
 * for which it is the authority, in place of the leader's copy. Owned by a follower's naming object, which stores what was
 * decided here and then applies it.
 *
 * Invariants
 * 1. Updates may be lost, repeated and reordered: the replica is always the leader's directory at some version of it, and
 *    the version never goes back within an epoch.
 * 2. Its own runtime is always as it was stated last here, whatever the leader says: an atom reads its own writes.
 * 3. Until it first hears from the leader it answers from the application's plan.
 */
import { changesTo, type Change, type Directory, type RuntimeRecord } from "./directory.ts";
import type { RuntimeName } from "./names.ts";
import type { Position, Update } from "./registry.ts";

/** What is known of a history before its leader was first heard. */
export const NOWHERE: Position = { epoch: "", version: 0 };

export type Reception =
  | { readonly kind: "apply"; readonly changes: readonly Change[]; readonly position: Position }
  | { readonly kind: "known" }
  /** The update does not reach back to this replica's version: it has to ask for one that does. */
  | { readonly kind: "gap" };

export class Replica {
  readonly directory: Directory;
  readonly #runtime: RuntimeName;
  #position: Position;

  constructor(runtime: RuntimeName, directory: Directory, position: Position = NOWHERE) {
    this.#runtime = runtime;
    this.directory = directory;
    this.#position = position;
  }

  get position(): Position {
    return this.#position;
  }

  /** The changes that the application's plan asks for: none once the leader has been heard. */
  plan(planned: readonly RuntimeRecord[]): Change[] {
    return this.#position.epoch === "" ? this.#replaceOthers(planned) : [];
  }

  /** The changes that make this the state of the replica's own runtime. */
  state(own: RuntimeRecord): Change[] {
    return changesTo(this.directory, own);
  }

  /** Judges an update. A snapshot of another epoch must be the answer to a question asked now: a late one would undo. */
  receive(update: Update): Reception {
    return update.kind === "snapshot" ? this.#receiveSnapshot(update) : this.#receiveDelta(update);
  }

  apply(changes: readonly Change[], position: Position = this.#position): void {
    for (const change of changes) this.directory.apply(change);
    this.#position = position;
  }

  #receiveSnapshot({ epoch, version, runtimes }: Update & { kind: "snapshot" }): Reception {
    if (epoch === this.#position.epoch && version <= this.#position.version) return { kind: "known" };
    return { kind: "apply", changes: this.#replaceOthers(runtimes), position: { epoch, version } };
  }

  #receiveDelta({ epoch, since, changes }: Update & { kind: "delta" }): Reception {
    const known = this.#position.version - since;
    if (epoch !== this.#position.epoch || known < 0) return { kind: "gap" };
    if (known >= changes.length) return { kind: "known" };
    const foreign = changes.slice(known).filter((change) => runtimeOf(change) !== this.#runtime);
    return { kind: "apply", changes: foreign, position: { epoch, version: since + changes.length } };
  }

  #replaceOthers(records: readonly RuntimeRecord[]): Change[] {
    const others = records.filter((record) => record.runtime !== this.#runtime);
    const listed = new Set([this.#runtime, ...others.map((record) => record.runtime)]);
    const gone = this.directory.records().filter((record) => !listed.has(record.runtime));
    return [
      ...gone.map(({ runtime }) => ({ kind: "runtime-gone", runtime }) as const),
      ...others.flatMap((record) => changesTo(this.directory, record)),
    ];
  }
}

function runtimeOf(change: Change): RuntimeName {
  return change.kind === "runtime" ? change.head.runtime : change.runtime;
}
