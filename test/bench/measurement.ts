/** What a measurement is made of: a figure, the references it is compared with, and the goals of the comparison. */
import type { Stage, Storage } from "./stage.ts";

export type Unit = "us" | "ms" | "messages/s" | "requests/s" | "KB";

export interface Reading {
  readonly value: number;
  readonly unit: Unit;
}

export interface Pace {
  readonly rounds: number;
  /** How long one measurement of a rate or of repeated round trips goes on. */
  readonly figureMs: number;
  readonly referenceMs: number;
  /** How many atoms or objects a fresh process is filled with. */
  readonly crowd: number;
}

/** What a measurement may use. */
export interface Bench {
  readonly storage: Storage;
  readonly pace: Pace;
  /** The process that figures share. */
  shared(): Promise<Stage>;
  /** A process of its own, with a crowd of equal atoms none of which has run; whoever asked for it stops it. */
  fresh(): Promise<Stage>;
}

export interface Measure {
  readonly name: string;
  readonly measure: (bench: Bench) => Promise<Reading>;
}

export type Goal = { readonly kind: "at least" | "at most"; readonly bound: number };

export interface Comparison {
  /** What the figure is divided by; none for a goal in the figure's own unit. */
  readonly reference?: Measure;
  readonly goals: Partial<Readonly<Record<Storage, Goal>>>;
  /** The same comparison as bare workerd allows it, as measured apart from this bench. */
  readonly limits?: Partial<Readonly<Record<Storage, string>>>;
}

export interface Figure extends Measure {
  readonly title: string;
  /** Why this machine cannot measure it; undefined if it can. */
  readonly obstacle?: () => string | undefined;
  readonly comparisons: readonly Comparison[];
}

export function atLeast(bound: number): Goal {
  return { kind: "at least", bound };
}

export function atMost(bound: number): Goal {
  return { kind: "at most", bound };
}

/** The same goal on every storage. */
export function everywhere<T>(value: T): Readonly<Record<Storage, T>> {
  return { tmpfs: value, disk: value };
}
