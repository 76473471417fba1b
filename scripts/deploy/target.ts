/**
 * What can run runtimes: Cloudflare, machines of one's own. A command knows nothing else of them; what it does in which order is
 * in sequence.ts. A target is made for one run of a command, and may remember what it found out.
 *
 * Invariants
 * 1. `check` changes nothing, and finds as much as it can at once.
 * 2. A step that is run again, after it was done or after it was interrupted anywhere, ends as if it had been run once. So the
 *    next run of the command completes one that failed.
 * 3. What may be expected to fail is a value with a sentence; what is thrown is a bug.
 * 4. No secret is in a title, a note or a reason, nor in the arguments of a process.
 * 5. Every wait is bounded, and ends when the signal is aborted.
 */
import type { Deployment as Built } from "../../durable/core/deployment.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import type { RuntimeBundle } from "../formula/bundle.ts";
import type { Formula, RuntimeSpec } from "../formula/formula.ts";
import type { KeptVersion, PlaceHistory } from "./rollback/history.ts";
import type { RemoteFailure } from "./runtime-client.ts";
import type { VersionNote } from "./version-note.ts";

export type TargetName = RuntimeSpec["target"];

/** What is to be deployed. */
export interface Deployment {
  /** The whole application, runtimes of other targets included. */
  readonly formula: Formula;
  /** The runtimes of this target. */
  readonly runtimes: readonly RuntimeToDeploy[];
  /** When the command began, in ISO 8601: by it the parts of one deployment are told from those of another. */
  readonly at: string;
}

export interface RuntimeToDeploy {
  readonly spec: RuntimeSpec;
  readonly bundle: RuntimeBundle;
  readonly note: VersionNote;
  /** What it is told in secret, by the name of the binding or variable: RADON_TOKEN, and what is for nobody else. */
  readonly secrets: ReadonlyMap<string, string>;
}

export interface Target {
  readonly name: TargetName;

  /** What would keep the steps below from working, as sentences: no account, no way to a machine, a name that is taken. */
  check(signal: AbortSignal): Promise<readonly string[]>;

  /** True of a runtime that is known not to be deployed, so that nothing of it can be lost. Asked for after `check`. */
  isAbsent(runtime: RuntimeName): boolean;

  /**
   * What has to be there before any runtime may refer to it. Asked for after `check`; over all targets, every step of this is
   * done before the first one of `ship`.
   */
  create(): readonly Step[];

  /** Puts each runtime's code, configuration and secrets where it runs, and has it run. */
  ship(): readonly Step[];

  /** Writes what `ship` would send, and checks it, without an account, a machine or a secret. */
  rehearse(): readonly Step[];

  /** Takes runtimes away, and all their state with them. Asked for after `check`; one that is not there needs no step. */
  remove(runtimes: readonly RuntimeName[]): readonly Step[];

  /** The way from this machine to a runtime's Worker, once it was shipped. */
  reach(runtime: RuntimeName): Promise<Reached>;

  /** What it can be put back to. */
  readonly past: Past;

  /** Gives up what it holds, such as connections; the last thing that is asked of it, however the run went. */
  close?(): Promise<void>;
}

export type Told =
  { readonly ok: true; readonly places: readonly PlaceHistory[] } | { readonly ok: false; readonly reason: string };

/** The versions that were deployed before. All of it is asked for after `check`. */
export interface Past {
  /** Of the runtimes that are deployed; a cluster is in several places. */
  history(runtimes: readonly RuntimeName[], signal: AbortSignal): Promise<Told>;

  /** What a version that `history` told of was built as, where that is known. */
  builtAs(place: PlaceHistory, id: string, signal: AbortSignal): Promise<Built | undefined>;

  /** What would keep a place from being put back to a version, as a sentence. */
  hindrance(place: PlaceHistory, id: string, signal: AbortSignal): Promise<string | undefined>;

  /** Puts a place back to a version that `history` told of. `at` is when the command began. */
  restore(place: PlaceHistory, to: KeptVersion, at: string): Step;
}

/** One thing to do, small enough that it is either done or done again. */
export interface Step {
  readonly runtime: RuntimeName;
  /** What it does, in the infinitive: "create the Worker tour--cloud". */
  readonly title: string;
  readonly run: (signal: AbortSignal) => Promise<StepEnd>;
}

export type StepEnd =
  /** The note is worth a line of its own: a version, an address, that there was nothing to do. */
  { readonly ok: true; readonly note?: string } | ({ readonly ok: false } & FailedStep);

export interface FailedStep {
  readonly reason: string;
  /** Of what a runtime answered, or did not. */
  readonly kind?: RemoteFailure["kind"];
}

export type Reached =
  | {
      readonly ok: true;
      /** Where it answers over HTTP, without a path. */
      readonly url: string;
      /** Gives up the way: a tunnel is closed. */
      readonly close?: () => Promise<void>;
    }
  | { readonly ok: false; readonly reason: string };
