/**
 * The object of one atom, as the platform has it: a store and an alarm that last, and a session that does not.
 *
 * Invariants
 * 1. A life that is over does nothing any more: its timers do not ring, its store refuses, what it sends does not leave.
 * 2. A life that dies with a commit sends nothing after it; the alarm that it sets in the same breath is kept, as the
 *    platform commits both together.
 * 3. An alarm whose life dies while it is being handled rings again.
 */
import { AtomSession, type NamingPort, type SessionPorts } from "../../durable/atom-session.ts";
import type { Clock } from "../../durable/clock.ts";
import type { Application, AtomEntry } from "../../durable/core/application.ts";
import type { Lane, LaneReceiver } from "../../durable/core/lane.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import { globalName, type GlobalName } from "../../durable/core/names.ts";
import type { Change, Store } from "../../durable/core/store.ts";
import type { RestingInstances } from "../../durable/engine/resting-instances.ts";
import type { LoopTurns } from "../../durable/loop-turns.ts";
import type { Delivery } from "./ledger.ts";
import type { AtomView } from "./oracle.ts";
import type { AtomPlan } from "./plan.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { ScriptedGuest } from "./scripted-guest.ts";
import { scriptedProgram } from "./scripted-program.ts";
import type { ScriptWorld } from "./scripted-guest.ts";

const START_RETRY_MS = 500;
const ALARM_RETRY_MS = 2_000;
const BREATH_MS_MAX = 0.2;

/** What the platform throws at an object that it forgets. */
export class ObjectGone extends Error {
  override readonly name = "ObjectGone";
}

/** One object in memory, from its making until it is forgotten. */
export interface Life {
  readonly number: number;
  over: boolean;
  /** It made its last commit and will be forgotten when this event is over. */
  dying: boolean;
  /** It is at its alarm. */
  alarming: boolean;
  session: AtomSession;
  guest: ScriptedGuest | undefined;
  /** Deliveries that go on over a blocking call. */
  readonly heldOver: Set<Delivery>;
  /** What others wait for from it, or it from others. */
  readonly onEnd: Set<() => void>;
}

export interface ObjectWorld {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly resting: RestingInstances;
  readonly turns: LoopTurns;
  applicationOf(entry: AtomEntry): Application;
  laneOf(object: SimObject, life: Life, receiver: LaneReceiver): Lane;
  namingOf(object: SimObject, life: Life): NamingPort;
  scriptWorld(object: SimObject, life: Life): ScriptWorld;
  onCommit(object: SimObject, life: Life, changes: readonly Change[]): void;
  onLifeBegins(object: SimObject): void;
  onLifeEnds(object: SimObject, life: Life, why: string): void;
  violated(text: string): void;
  nextNumber(): number;
  /** The store of an atom; a planted bug may be in it. */
  wrapStore(store: Store): Store;
}

export class SimObject implements AtomView {
  readonly index: number;
  readonly name: GlobalName;
  entry: AtomEntry;
  readonly plan: AtomPlan;
  readonly #world: ObjectWorld;
  store = new MemoryStore();
  exists = true;
  life: Life | undefined;
  alarmAtMs: number | undefined;
  /** True once its present incarnation has set an alarm. */
  wasArmed = false;
  changes = 0;
  version = 1;
  /** How often its present version still traps in `migrate`. */
  migrationTraps = 0;
  incarnation: number;
  lives = 0;
  wasFragile = false;
  crash: { when: "before" | "after"; commits: number } | undefined;

  constructor(index: number, plan: AtomPlan, entry: AtomEntry, world: ObjectWorld) {
    this.index = index;
    this.plan = plan;
    this.entry = entry;
    this.name = globalName(entry.runtime, entry.name);
    this.#world = world;
    this.incarnation = world.nextNumber();
  }

  get persistent(): boolean {
    return this.plan.durability === "durable";
  }

  /** The session of the object, made if there is none: an event has come for it. */
  wake(): Life {
    return (this.life ??= this.#begin());
  }

  /** The object is forgotten. */
  end(why: string): void {
    const { life } = this;
    if (!life) return;
    this.life = undefined;
    life.over = true;
    if (life.alarming) this.setAlarm(this.#world.scheduler.now() + ALARM_RETRY_MS);
    if (!this.persistent) this.#renew();
    for (const act of life.onEnd) act();
    this.#world.onLifeEnds(this, life, why);
  }

  /** The atom is gone, and its store. */
  remove(): void {
    this.end("deleted");
    this.exists = false;
    this.wasFragile = true;
    this.store = new MemoryStore();
    this.alarmAtMs = undefined;
    this.wasArmed = false;
    this.#renew();
  }

  /** The atom is there (again), with an empty store. */
  create(): void {
    this.exists = true;
    this.#renew();
    this.begin();
  }

  /** Whoever deploys a daemon starts it, and tries again until it has been told that it was started. */
  begin(): void {
    if (this.plan.kind !== "daemon" || this.wasArmed || !this.exists) return;
    this.#world.scheduler.after(START_RETRY_MS, () => this.begin());
    this.wake().session.start();
  }

  /** Another version of its module takes the place of the one that runs. */
  deploy(traps: number): void {
    this.end("replaced by a new version");
    this.version += 1;
    this.migrationTraps = traps;
    this.entry = { ...this.entry, moduleHash: `version ${this.version}` };
    if (this.exists) this.wake().session.start();
  }

  setAlarm(atMs: number): void {
    this.alarmAtMs = atMs;
    this.wasArmed = true;
    this.#world.scheduler.after(atMs - this.#world.scheduler.now(), () => {
      if (this.alarmAtMs === atMs && this.exists) this.#ring();
    });
  }

  /** The event is over. */
  afterEvent(): void {
    if (this.life?.dying) this.end("died after a commit");
    if (this.life) this.life.alarming = false;
  }

  #ring(): void {
    this.alarmAtMs = undefined;
    const life = this.wake();
    life.alarming = true;
    life.session.start();
  }

  #renew(): void {
    this.changes += 1;
    this.incarnation = this.#world.nextNumber();
  }

  #begin(): Life {
    const world = this.#world;
    world.onLifeBegins(this);
    this.lives += 1;
    const states = { number: world.nextNumber(), over: false, dying: false, alarming: false, guest: undefined };
    const parts = { heldOver: new Set<Delivery>(), onEnd: new Set<() => void>() };
    const life: Omit<Life, "session"> & { session?: AtomSession } = { ...states, ...parts };
    const program = scriptedProgram(
      () => world.scriptWorld(this, life as Life),
      (guest) => (life.guest = guest),
    );
    life.session = new AtomSession(world.applicationOf(this.entry), this.entry, program, this.#ports(life as Life));
    return life as Life;
  }

  #ports(life: Life): SessionPorts {
    const world = this.#world;
    return {
      store: world.wrapStore(this.#storeOf(life)),
      openLane: (receiver) => world.laneOf(this, life, receiver),
      naming: world.namingOf(this, life),
      clock: this.#clockOf(life),
      resting: world.resting,
      turns: world.turns,
      waitUntil: (work) =>
        void work.catch((error: unknown) => {
          if (!life.over && !life.dying) world.violated(`work of ${this.name} failed: ${String(error)}`);
        }),
      setAlarm: (atMs) => {
        if (!life.over) this.setAlarm(atMs);
      },
      abort: (reason) => {
        if (this.life === life) this.end(reason);
      },
    };
  }

  #clockOf(life: Life): Clock {
    const { scheduler, random } = this.#world;
    const after = (ms: number, act: () => void) => scheduler.after(ms, () => life.over || life.dying || act());
    return {
      now: () => scheduler.now(),
      monotonic: () => scheduler.elapsed(),
      after,
      breathe: () => new Promise((resolve) => void after(random.next() * BREATH_MS_MAX, resolve)),
    };
  }

  #storeOf(life: Life): Store {
    const inner = this.store;
    const alive = () => {
      if (life.over || life.dying) throw new ObjectGone("The object is no more.");
      return inner;
    };
    return {
      load: () => alive().load(),
      get: (key) => alive().get(key),
      scan: (range) => alive().scan(range),
      deadLetters: (after, limit) => alive().deadLetters(after, limit),
      deadLetter: (id) => alive().deadLetter(id),
      idempotency: (key) => alive().idempotency(key),
      commit: (changes) => this.#commit(life, alive(), changes),
    };
  }

  #commit(life: Life, store: Store, changes: readonly Change[]): void {
    const doom = this.#doom();
    if (doom === "before") {
      this.end("died before a commit");
      throw new ObjectGone("The storage failed.");
    }
    store.commit(changes);
    this.#world.onCommit(this, life, changes);
    if (doom === "after") life.dying = true;
  }

  #doom(): "before" | "after" | undefined {
    const { crash } = this;
    if (!crash || --crash.commits > 0) return undefined;
    this.crash = undefined;
    return crash.when;
  }
}
