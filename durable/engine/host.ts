/** What the engine needs of the object that it runs in. Tests and simulations bring their own. */
import type { AtomEntry } from "../core/application.ts";
import type { Failure } from "../core/errors.ts";
import type { Outcome } from "../core/futures.ts";
import type { LookupQuery } from "../core/lookup.ts";
import type { Destination, GlobalName } from "../core/names.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** An outgoing HTTP request. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** A guest's question; the host knows who asks. */
export type GuestLookup = Omit<LookupQuery, "asker">;

export interface Host {
  readonly entry: AtomEntry;
  readonly self: GlobalName;
  /** Wall clock, milliseconds since the Unix epoch, with fractions. */
  now(): number;
  /** A clock that never goes back, milliseconds with fractions. */
  monotonic(): number;
  fillRandom(bytes: Uint8Array): void;
  log(level: LogLevel, text: string): void;
  /** The global name of a destination as far as it is known here, at once. */
  locate(destination: Destination): GlobalName | Failure;
  resolve(destination: Destination): Promise<GlobalName | Failure>;
  /** Sees the atom's own committed aliases. */
  lookup(query: GuestLookup): Promise<readonly GlobalName[] | Failure>;
  /** Performs an HTTP request; never throws. */
  fetch(request: FetchRequest): Promise<Outcome>;
  /** Nothing is runnable: flush, let out what may leave, and resolve on the next event, at `deadlineMs`, or earlier for no reason. */
  idle(deadlineMs: number): Promise<void>;
  /** The guest has run for a while: flush, and let the event loop turn. */
  breathe(): Promise<void>;
  /** Flush, and let others go first: resolves at the next event, and at the latest when the event loop has turned. */
  giveWay(): Promise<void>;
  /** Something that the guest may wait for has happened. */
  wake(): void;
}
