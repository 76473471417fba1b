/**
 * Makes a plan from a seed.
 *
 * What a plan may contain is bounded by what the runtime promises: a request without a time limit is only made where it
 * must end all the same. That is so for a durable atom that never loses its store and comes later in the plan (so nobody
 * waits in a circle), and, in a calm plan, for an atom that waits for the asker (so that it is DEADLOCK, or answered by a
 * re-entrant callback, whose own requests have limits). In a calm plan no object is ever forgotten: a circle that is cut by
 * that is made of requests that know nothing of each other once its messages come again, and those need their limits.
 */
import type { Action, AtomIndex, AtomPlan, Plan, PlannedAction, Script, ScriptId, Step } from "./plan.ts";
import { Random } from "./random.ts";

export interface PlanOptions {
  readonly seed: number;
  /** How many atoms; drawn from the seed if not given. */
  readonly atoms?: number | undefined;
  /** How many actions from outside, faults included. */
  readonly steps?: number | undefined;
}

const FAULTY_MS = 6_000;
const STEPS_DEFAULT = 40;
const SCRIPT_DEPTH_MAX = 4;
const SCRIPTS_A_ROOT_MAX = 9;
const ALIAS_VALUES = 4;
const MEBIBYTE = 2 ** 20;
const DEPLOYS_MAX = 4;

/** Where a script runs, and who waits for it. */
interface Place {
  readonly at: AtomIndex;
  readonly depth: number;
  readonly waiting: readonly AtomIndex[];
  /** True if all of those wait without a limit, so that none of them does anything else meanwhile. */
  readonly unlimited: boolean;
  /** True if no request may be without a limit, and none may be answered later: somebody is blocked on this script. */
  readonly limited: boolean;
}

export function generatePlan(options: PlanOptions): Plan {
  return new Generator(options).plan();
}

class Generator {
  readonly #seed: number;
  readonly #random: Random;
  readonly #stepCount: number;
  /** No atom traps, dies or loses its store: only the network is at fault. */
  readonly #calm: boolean;
  readonly #runtimes: readonly string[];
  readonly #atoms: readonly AtomPlan[];
  /** Atoms that lose their store. */
  readonly #fragile: ReadonlySet<AtomIndex>;
  readonly #scripts: Script[] = [];
  #items = 0;
  #scriptsLeft = 0;

  constructor({ seed, atoms, steps = STEPS_DEFAULT }: PlanOptions) {
    this.#seed = seed;
    this.#random = new Random(seed, "plan");
    this.#stepCount = steps;
    this.#calm = this.#random.chance(0.25);
    this.#runtimes = Array.from({ length: this.#random.between(2, 3) }, (_, index) => `r${index}`);
    this.#atoms = Array.from({ length: atoms ?? this.#random.between(3, 7) }, (_, index) => this.#atom(index));
    const losing = this.#atoms.map((_, index) => index).filter(() => !this.#calm && this.#random.chance(0.2));
    this.#fragile = new Set(losing);
  }

  plan(): Plan {
    const actions = Array.from({ length: this.#stepCount }, () => this.#action());
    if (this.#random.chance(0.06)) actions.push(...this.#floods());
    const closing = this.#script({ at: 0, depth: SCRIPT_DEPTH_MAX, waiting: [], unlimited: true, limited: true }, [
      { kind: "unmask" },
      { kind: "answer-tokens" },
    ]);
    if (!this.#calm) actions.push(...this.#deploys());
    return {
      seed: this.#seed,
      runtimes: this.#runtimes,
      atoms: this.#atoms,
      scripts: this.#scripts,
      actions: actions.sort((a, b) => a.atMs - b.atMs),
      itemCount: this.#items,
      healAtMs: FAULTY_MS,
      forgetAll: this.#random.chance(0.5) && !this.#calm,
      closing,
    };
  }

  #atom(index: AtomIndex): AtomPlan {
    const random = this.#random;
    return {
      runtime: random.pick(this.#runtimes),
      name: `a${index}`,
      kind: random.chance(0.35) ? "daemon" : "reactive",
      durability: random.chance(0.25) ? "volatile" : "durable",
      reentrant: random.chance(0.5),
      attemptsMax: 3,
    };
  }

  // ---- Actions

  #action(): PlannedAction {
    const atMs = this.#random.next() * FAULTY_MS * 0.9;
    return {
      ...(this.#random.chance(this.#calm ? 0.8 : 0.6) ? this.#stimulus() : this.#fault()),
      item: this.#items++,
      atMs,
    };
  }

  #stimulus(): Action {
    const kind = this.#random.weighted({ submit: 5, ask: 3, signal: 2 });
    const to = this.#anyAtom();
    this.#scriptsLeft = SCRIPTS_A_ROOT_MAX;
    const script = this.#script({ at: to, depth: 0, waiting: [], unlimited: true, limited: false });
    return { kind, to, script, keyed: kind !== "signal" && this.#random.chance(0.5) };
  }

  #fault(): Action {
    const random = this.#random;
    const network = { noise: 4, cut: 3, "leader-away": 1, "naming-restart": 1 };
    const deadly = { evict: 4, crash: 6, restart: 2, delete: this.#fragile.size > 0 ? 3 : 0 };
    const kind = random.weighted(
      this.#calm ? { ...network, evict: 0, crash: 0, restart: 0, delete: 0 } : { ...network, ...deadly },
    );
    switch (kind) {
      case "noise":
        return {
          kind,
          forMs: random.between(200, 2_500),
          loss: random.next() * 0.4,
          repeat: random.next() * 0.4,
          delayMs: random.pick([20, 150, 800, 1_600]),
        };
      case "cut":
        return { kind, a: this.#anyAtom(), b: this.#anyAtom(), forMs: random.between(100, 2_000) };
      case "leader-away":
        return { kind, forMs: random.between(300, 4_000) };
      case "naming-restart":
        return { kind, runtime: random.between(0, this.#runtimes.length - 1) };
      case "evict":
        return { kind, atom: this.#anyAtom(), lose: random.chance(0.5) };
      case "crash":
        return {
          kind,
          atom: this.#anyAtom(),
          when: random.chance(0.5) ? "before" : "after",
          commit: random.between(1, 4),
        };
      case "restart":
        return { kind, atom: this.#anyAtom() };
      case "delete":
        return {
          kind,
          atom: random.pick([...this.#fragile]),
          forMs: random.chance(0.5) ? 0 : random.between(50, 2_000),
        };
    }
  }

  /** Drawn, and numbered, apart from all else, which stays what it was without them. */
  #deploys(): PlannedAction[] {
    const random = new Random(this.#seed, "deploys");
    return Array.from({ length: random.between(0, DEPLOYS_MAX) }, () => ({
      kind: "deploy",
      atom: random.between(0, this.#atoms.length - 1),
      traps: random.pick([0, 0, 1, 2]),
      item: this.#items++,
      atMs: random.next() * FAULTY_MS * 0.9,
    }));
  }

  /** Several atoms overwhelm one that is asleep. */
  #floods(): PlannedAction[] {
    const random = this.#random;
    const target = this.#anyAtom();
    const atMs = random.next() * FAULTY_MS * 0.5;
    const sleepy = this.#script({ at: target, depth: 0, waiting: [], unlimited: true, limited: true }, [
      { kind: "sleep", ms: 2_500 },
    ]);
    const asleep: Action = { kind: "submit", to: target, script: sleepy, keyed: false };
    const large = random.chance(0.7);
    const floods = Array.from({ length: 2 }, (): Action => {
      const to = this.#anyAtom();
      const step: Step = large
        ? { kind: "flood", to: target, count: 18, bytes: MEBIBYTE - 64 }
        : {
            kind: "interrupt",
            to: target,
            script: this.#script(
              { at: target, depth: SCRIPT_DEPTH_MAX, waiting: [], unlimited: true, limited: true },
              [],
            ),
            count: 1_200,
          };
      return {
        kind: "submit",
        to,
        script: this.#script({ at: to, depth: 0, waiting: [], unlimited: true, limited: true }, [
          step,
          { kind: "put", key: 0 },
        ]),
        keyed: false,
      };
    });
    return [asleep, ...floods].map((action, index) => ({ ...action, item: this.#items++, atMs: atMs + index * 5 }));
  }

  // ---- Scripts

  #script(place: Place, given?: readonly Step[]): ScriptId {
    const length = this.#random.between(place.depth === 0 ? 1 : 0, place.depth === 0 ? 5 : 3);
    const steps = given ?? this.#steps(place, length);
    const id = this.#scripts.length;
    const answer = this.#random.weighted({ reply: 8, fail: 1, nothing: 1 });
    this.#scripts.push({ id, steps: steps.map((step) => ({ ...step, item: this.#items++ })), answer });
    return id;
  }

  #steps(start: Place, length: number): Step[] {
    let place = start;
    return Array.from({ length }, () => {
      const step = this.#step(place);
      // Whoever is answered waits no more; and what a daemon did before its next message is on no stack that a chain tells of.
      if (["reply", "fail", "receive"].includes(step.kind)) place = { ...place, waiting: [] };
      return step;
    });
  }

  #step(place: Place): Step {
    const random = this.#random;
    const talks = place.depth < SCRIPT_DEPTH_MAX && this.#scriptsLeft > 0;
    const kind = random.weighted({
      ...{
        put: 5,
        delete: 1,
        sleep: 3,
        yield: 2,
        timer: 2,
        receive: place.limited ? 0 : 2,
        lookup: 0.4,
        resolve: 0.2,
        alias: 0.6,
        unalias: 0.3,
      },
      ...{
        reply: 1,
        fail: 0.3,
        token: place.limited ? 0 : 1,
        "answer-tokens": 1,
        mask: 1,
        unmask: 1,
        trap: this.#calm ? 0 : 1,
      },
      ...{ send: talks ? 8 : 0, interrupt: talks ? 3 : 0, request: talks ? 7 : 0 },
    });
    switch (kind) {
      case "put":
      case "delete":
        return { kind, key: random.between(0, 5) };
      case "sleep":
        return { kind, ms: random.pick([0, 1, 10, 100, 700]) };
      case "timer":
        return { kind, ms: random.pick([0, 5, 60, 400]), after: random.chance(0.5) ? "await" : "callback" };
      case "receive":
        return { kind, timeoutMs: random.pick([0, 20, 300]) };
      case "alias":
      case "unalias":
        return { kind, value: random.between(0, ALIAS_VALUES - 1) };
      case "trap":
        return { kind, attempts: random.pick([1, 1, 1, 2, 2, 99]) };
      case "send":
      case "interrupt": {
        const to = this.#anyAtom();
        return {
          kind,
          to,
          script: this.#child({ ...place, at: to, waiting: [], unlimited: true }),
          count: random.pick([1, 1, 2, 5]),
        };
      }
      case "request":
        return this.#request(place);
      default:
        return { kind };
    }
  }

  #request(place: Place): Step {
    const random = this.#random;
    const circle = place.waiting.length > 0 && random.chance(this.#calm ? 0.6 : 0.35);
    const to = circle ? random.pick(place.waiting) : this.#anyAtom();
    const after = circle ? "await" : random.weighted({ await: 6, callback: 3, cancel: 1, poll: 1, forget: 1 });
    const unlimited = this.#mayBeUnlimited(place, to, circle);
    const timeoutMs = unlimited ? -1 : random.pick([0, 40, 400, 3_000, 15_000]);
    const waitsOut = after === "await" && (circle || random.chance(0.7));
    const waiting = waitsOut ? [...place.waiting, place.at] : [];
    const { depth } = place;
    const limited = place.limited || circle;
    const script = this.#child({ at: to, depth, waiting, unlimited: place.unlimited && unlimited, limited });
    return { kind: "request", to, script, timeoutMs, after, waitMs: waitsOut ? -1 : random.pick([0, 30, 500]) };
  }

  #mayBeUnlimited({ at, limited, unlimited }: Place, to: AtomIndex, circle: boolean): boolean {
    if (limited || this.#fragile.has(to) || this.#atoms[to]?.durability === "volatile") return false;
    return circle ? this.#calm && unlimited : to > at && this.#random.chance(this.#calm ? 0.9 : 0.6);
  }

  #child(place: Place): ScriptId {
    this.#scriptsLeft -= 1;
    return this.#script({ ...place, depth: place.depth + 1 });
  }

  #anyAtom(): AtomIndex {
    return this.#random.between(0, this.#atoms.length - 1);
  }
}
