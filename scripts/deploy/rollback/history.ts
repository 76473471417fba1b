/** What the targets tell of the past of an application: which versions its runtimes had, in which order, and which they still have. */
import type { RuntimeName } from "../../../durable/core/names.ts";

/** One place where a runtime is: its Worker, or one of its machines. */
export interface PlaceHistory {
  readonly runtime: RuntimeName;
  /** As in "the Worker tour--cloud", or "user@machine". */
  readonly place: string;
  /** The id of the version that runs there; undefined if that is none, or several at once. */
  readonly current: string | undefined;
  /** The newest first. */
  readonly events: readonly PlaceEvent[];
  /** Those that it can be put back to, by their ids. What radon knows nothing of is not among them. */
  readonly kept: ReadonlyMap<string, KeptVersion>;
}

/** That a version was put there, or that this was begun. */
export interface PlaceEvent {
  /** In ISO 8601, by the clock of who did it. */
  readonly at: string;
  readonly kind: "deploy" | "rollback";
  readonly id: string;
  /** The version of the application, which may be known though this one of the runtime is not kept any more. */
  readonly application: string | undefined;
  /** True if it came to run there. */
  readonly worked: boolean;
}

export interface KeptVersion {
  /** What the target calls it. */
  readonly id: string;
  /** The runtime's own version, as `radon plan` and its control API tell it. */
  readonly version: string;
  /** The version of the application that it is a part of. */
  readonly application: string;
  /** True if it was seen to run there once. */
  readonly live: boolean;
}
