/**
 * The seam of naming: what atoms and clients ask of it. Implementations: `NamingClient` (durable/naming-client.ts), over the
 * naming objects of the runtimes, and `SingleNaming` here, for one process. Both pass test/core/naming-contract.ts.
 */
import type { AliasSet } from "./alias-set.ts";
import type { AliasDelta } from "./aliases.ts";
import type { Application, AtomKind } from "./application.ts";
import { Directory } from "./directory.ts";
import type { Failure } from "./errors.ts";
import { lookup, resolve, type Asker, type LookupQuery } from "./lookup.ts";
import { globalName, type AtomName, type GlobalName, type RuntimeName } from "./names.ts";
import { OwnAtoms, plannedRuntimes } from "./own-atoms.ts";
import { PatternCache } from "./patterns.ts";
import { Leader } from "./registry.ts";

/** An answer's version: of the directory that the answering replica holds. */
export interface Versioned {
  readonly version: number;
}

export interface AliasAnswer extends Versioned {
  /** The newest revision held of the atom's delta; greater than the one sent if that one was out of date. */
  readonly revision: number;
}

export type Health = "ok" | "unreachable" | "unknown";

export interface DirectoryView extends Versioned {
  /** True if the one that answers is the leader. */
  readonly leader: boolean;
  readonly runtimes: readonly {
    readonly name: RuntimeName;
    readonly tags: readonly string[];
    readonly leader: boolean;
    readonly health: Health;
  }[];
  readonly atoms: readonly {
    readonly name: GlobalName;
    readonly kind: AtomKind;
    readonly moduleHash: string;
    readonly aliases: AliasSet;
  }[];
}

/** Naming as one runtime sees it. */
export interface Naming {
  /** Makes the runtime's own atoms known. A failure says why they are known to their own runtime only. */
  start(): Promise<Versioned | Failure>;
  /** States the whole delta of an atom of this runtime over its configured aliases. It shows in the next lookup here. */
  setAliases(atom: AtomName, delta: AliasDelta): Promise<AliasAnswer | Failure>;
  /** The atom that a global or a bare name means for the asker. */
  resolve(name: string, asker: Asker): Promise<GlobalName | Failure>;
  lookup(query: LookupQuery): Promise<GlobalName[] | Failure>;
  directory(): Promise<DirectoryView | Failure>;
}

/** Naming in one process: a leader that everybody asks directly. `at` gives the naming of another runtime of it. */
export class SingleNaming implements Naming {
  readonly #application: Application;
  readonly #runtime: RuntimeName;
  readonly #leader: Leader;
  readonly #own: OwnAtoms;
  readonly #patterns = new PatternCache();

  constructor(application: Application, runtime: RuntimeName = application.runtime, leader = soleLeader(application)) {
    this.#application = application;
    this.#runtime = runtime;
    this.#leader = leader;
    this.#own = new OwnAtoms(application, runtime);
    this.#state();
  }

  at(runtime: RuntimeName): SingleNaming {
    return new SingleNaming(this.#application, runtime, this.#leader);
  }

  async start(): Promise<Versioned> {
    return { version: this.#leader.position.version };
  }

  async setAliases(atom: AtomName, delta: AliasDelta): Promise<AliasAnswer | Failure> {
    const verdict = this.#own.judge(atom, delta);
    if ("code" in verdict) return verdict;
    if (verdict.fresh) {
      this.#own.put(atom, verdict.delta);
      this.#state();
    }
    return { version: this.#leader.position.version, revision: verdict.revision };
  }

  async resolve(name: string, asker: Asker): Promise<GlobalName | Failure> {
    return resolve(this.#leader.directory, name, asker, this.#runtime);
  }

  async lookup(query: LookupQuery): Promise<GlobalName[] | Failure> {
    const answer = lookup(this.#leader.directory, this.#patterns, query, this.#runtime);
    return "code" in answer ? answer : [...answer.names];
  }

  async directory(): Promise<DirectoryView> {
    const isLeader = this.#runtime === this.#application.leader;
    const { version } = this.#leader.position;
    return directoryView(this.#leader.directory, version, this.#application.leader, isLeader, () => "ok");
  }

  /** In one process nobody else can claim the name, so that every revision is accepted. */
  #state(): void {
    const revision = (this.#leader.directory.head(this.#runtime)?.revision ?? 0) + 1;
    const decision = this.#leader.register(this.#own.record(this.#runtime, revision));
    if (decision.kind === "registered") this.#leader.apply(decision.changes);
  }
}

function soleLeader(application: Application): Leader {
  const leader = new Leader(new Directory(), { epoch: application.app, version: 0 });
  leader.apply(leader.plan(plannedRuntimes(application)));
  return leader;
}

/** A directory as an answer shows it. */
export function directoryView(
  directory: Directory,
  version: number,
  leader: RuntimeName,
  isLeader: boolean,
  healthOf: (runtime: RuntimeName) => Health,
): DirectoryView {
  const records = directory.records();
  const runtimes = records.map(({ runtime, tags }) => {
    return { name: runtime, tags, leader: runtime === leader, health: healthOf(runtime) };
  });
  const atoms = records.flatMap(({ runtime, atoms: own }) =>
    own.map((atom) => ({ ...atom, name: globalName(runtime, atom.name) })),
  );
  return { version, leader: isLeader, runtimes, atoms };
}
