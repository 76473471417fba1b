/**
 * What a run does: its atoms, the scripts that messages carry, and the actions from outside, faults among them. A plan
 * is data, made from the seed (`generate.ts`). Each action and each step of a script is an item with a number; a run of
 * some of the items only is how a failure shrinks.
 */
import type { AtomKind, Durability } from "../../durable/core/application.ts";

/** An atom, by its place in the plan. */
export type AtomIndex = number;
export type ScriptId = number;

export interface AtomPlan {
  readonly runtime: string;
  readonly name: string;
  readonly kind: AtomKind;
  readonly durability: Durability;
  /** True if its callback answers re-entrant requests. */
  readonly reentrant: boolean;
  readonly attemptsMax: number;
}

export type Step =
  | { readonly kind: "put" | "delete"; readonly key: number }
  | { readonly kind: "send" | "interrupt"; readonly to: AtomIndex; readonly script: ScriptId; readonly count: number }
  /** Large messages, enough of them to fill a queue. */
  | { readonly kind: "flood"; readonly to: AtomIndex; readonly count: number; readonly bytes: number }
  | {
      readonly kind: "request";
      readonly to: AtomIndex;
      readonly script: ScriptId;
      /** -1: no limit. */
      readonly timeoutMs: number;
      readonly after: "await" | "callback" | "cancel" | "poll" | "forget";
      /** How long to wait for it at first. */
      readonly waitMs: number;
    }
  | { readonly kind: "timer"; readonly ms: number; readonly after: "await" | "callback" }
  | { readonly kind: "sleep"; readonly ms: number }
  | { readonly kind: "receive"; readonly timeoutMs: number }
  | { readonly kind: "yield" | "mask" | "unmask" | "lookup" | "resolve" }
  | { readonly kind: "reply" | "fail" | "token" | "answer-tokens" }
  | { readonly kind: "alias" | "unalias"; readonly value: number }
  /** Traps as long as the message was tried no more than `attempts` times. */
  | { readonly kind: "trap"; readonly attempts: number };

export interface Script {
  readonly id: ScriptId;
  readonly steps: readonly (Step & { readonly item: number })[];
  /** What a request gets that no step has answered. */
  readonly answer: "reply" | "fail" | "nothing";
}

export type Action =
  /** From outside the atoms; with a key it is tried again until it is accepted. */
  | {
      readonly kind: "submit" | "signal" | "ask";
      readonly to: AtomIndex;
      readonly script: ScriptId;
      readonly keyed: boolean;
    }
  /** The object is forgotten; `lose`: what it sent lately never left. */
  | { readonly kind: "evict"; readonly atom: AtomIndex; readonly lose: boolean }
  /** The object dies at its commit number `commit` from here, with or without that commit. */
  | { readonly kind: "crash"; readonly atom: AtomIndex; readonly when: "before" | "after"; readonly commit: number }
  | { readonly kind: "restart"; readonly atom: AtomIndex }
  /** A new version of the atom's module takes over; it traps `traps` times in `migrate` before it does. */
  | { readonly kind: "deploy"; readonly atom: AtomIndex; readonly traps: number }
  /** The atom is gone, with its store; `forMs` 0: at once it is in another place, with a new store. */
  | { readonly kind: "delete"; readonly atom: AtomIndex; readonly forMs: number }
  | {
      readonly kind: "noise";
      readonly forMs: number;
      readonly loss: number;
      readonly repeat: number;
      readonly delayMs: number;
    }
  /** Nothing passes between two atoms, and what was under way is lost. */
  | { readonly kind: "cut"; readonly a: AtomIndex; readonly b: AtomIndex; readonly forMs: number }
  | { readonly kind: "leader-away"; readonly forMs: number }
  | { readonly kind: "naming-restart"; readonly runtime: number };

export type PlannedAction = Action & { readonly item: number; readonly atMs: number };

export interface Plan {
  readonly seed: number;
  readonly runtimes: readonly string[];
  readonly atoms: readonly AtomPlan[];
  readonly scripts: readonly Script[];
  /** In the order of their times. */
  readonly actions: readonly PlannedAction[];
  /** Items are numbered from 0 to this, exclusive. */
  readonly itemCount: number;
  /** When the faults stop. */
  readonly healAtMs: number;
  /** True if every object is forgotten then, so that its alarm alone can bring it back. */
  readonly forgetAll: boolean;
  /** The script that opens everything that is still closed: it unmasks and answers what was kept. */
  readonly closing: ScriptId;
}

/** The plan without the items that are not in `keep`; what comes after the faults stays as it is. */
export function reduced(plan: Plan, keep: ReadonlySet<number>): Plan {
  const scripts = plan.scripts.map((script) =>
    script.id === plan.closing ? script : { ...script, steps: script.steps.filter(({ item }) => keep.has(item)) },
  );
  return { ...plan, scripts, actions: plan.actions.filter(({ item }) => keep.has(item)) };
}
