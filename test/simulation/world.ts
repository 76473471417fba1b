/**
 * One run: the atoms of a plan in their objects, network and naming between them, clients and faults outside, and the
 * oracle that watches.
 *
 * Phases
 * 1. Until `healAtMs` the actions of the plan happen.
 * 2. Then the faults stop. Whatever was undone has to be done, if need be by nothing but the alarms.
 * 3. Scripts that open what is still closed are submitted, until nothing is left to do, and the ends are checked.
 * 4. Nothing happens any more but what has to happen from time to time.
 */
import type { NamingPort } from "../../durable/atom-session.ts";
import { DEFAULT_SETTINGS, type Application, type AtomEntry } from "../../durable/core/application.ts";
import { keyToBytes } from "../../durable/core/bytes.ts";
import type { Lane, LaneReceiver } from "../../durable/core/lane.ts";
import type { AtomName, RuntimeName } from "../../durable/core/names.ts";
import type { Change, Store } from "../../durable/core/store.ts";
import { INSTANCE_BYTES, RestingInstances } from "../../durable/engine/resting-instances.ts";
import { LoopTurns } from "../../durable/loop-turns.ts";
import { Clients } from "./clients.ts";
import { buriedIn, outboxMismatch, turnsIn } from "./commit-check.ts";
import { COUNT_KEY, TURN_PREFIX } from "./journal.ts";
import { Ledger, type Mail, type Request } from "./ledger.ts";
import { Network } from "./network.ts";
import { CONFIGURED_ALIASES, Oracle } from "./oracle.ts";
import { fromUtf8 } from "./payload.ts";
import type { Plan, PlannedAction, Script } from "./plan.ts";
import { Random } from "./random.ts";
import { drained, Scheduler } from "./scheduler.ts";
import { ALIAS_SCOPE, type ScriptWorld } from "./scripted-guest.ts";
import { SimNaming } from "./sim-naming.ts";
import { ObjectGone, SimObject, type Life, type ObjectWorld } from "./sim-object.ts";
import { Trace } from "./trace.ts";
import { Watch } from "./watch.ts";

export const START_MS = Date.UTC(2026, 0, 1);
/** In this time the alarms have to have brought back what was forgotten. */
const RECOVERY_MS = 45_000;
/** Every poison message costs its atom some backoff, and a long queue of them a while. */
const DRAIN_MS_MAX = 60 * 60_000;
const CLOSING_EVERY_MS_MIN = 4_000;
const CLOSING_EVERY_MS_MAX = 10_000;
const REST_MS = 60_000;
/** What happens at rest: alarms, a daemon's own timers, naming. */
const REST_EVENTS_A_SECOND_MAX = 4;
const EVENTS_A_MOMENT_MAX = 5_000;
const VIOLATIONS_MAX = 8;
const NAMING_EVERY_MS = 1_000;

export interface RunOptions {
  /** True to keep the lines of the trace. */
  readonly trace?: boolean;
  readonly wrapStore?: (store: Store) => Store;
}

/** The run is judged: there is no use in going on. */
const RESTING_BYTES_MAX = 4 * INSTANCE_BYTES;

class Enough extends Error {}

export class World implements ObjectWorld {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly trace: Trace;
  readonly ledger = new Ledger();
  /** Of all objects, as if they shared an isolate, with room for a few: instances are given up all the time. */
  readonly resting = new RestingInstances(RESTING_BYTES_MAX);
  readonly turns = new LoopTurns();
  readonly violations: string[] = [];
  events = 0;
  readonly #plan: Plan;
  readonly #options: RunOptions;
  readonly #objects: readonly SimObject[];
  readonly #network: Network;
  readonly #naming: SimNaming;
  readonly #oracle: Oracle;
  readonly #watch: Watch;
  readonly #clients: Clients;
  readonly #applications: ReadonlyMap<string, Application>;
  #numbers = 0;
  #leaderAways = 0;

  constructor(plan: Plan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
    this.random = new Random(plan.seed, "world");
    this.scheduler = new Scheduler(START_MS, new Random(plan.seed, "order"));
    this.trace = new Trace(START_MS, () => this.scheduler.now(), options.trace ?? false);
    const entries = plan.atoms.map(entryOf);
    this.#applications = applicationsOf(plan, entries);
    this.#objects = plan.atoms.map((atom, index) => new SimObject(index, atom, entries[index] as AtomEntry, this));
    const byName = new Map(this.#objects.map((object) => [object.name, object]));
    const trace = (text: string) => this.trace.add(text);
    this.#network = new Network(this.scheduler, new Random(plan.seed, "network"), byName, trace);
    this.#naming = new SimNaming([...this.#applications.values()], this.scheduler, new Random(plan.seed, "naming"));
    this.#oracle = new Oracle(
      this.ledger,
      this.#objects,
      () => this.scheduler.now(),
      (text) => this.violated(text),
    );
    this.#watch = new Watch((text) => this.violated(text));
    this.#clients = new Clients({
      ...{ scheduler: this.scheduler, ledger: this.ledger, trace },
      onAccepted: (mail) => this.#oracle.onAccepted(mail),
      violated: (text) => this.violated(text),
    });
  }

  async run(): Promise<void> {
    try {
      this.#begin();
      await this.#until(this.#plan.healAtMs);
      await this.#heal();
      await this.#until(this.#plan.healAtMs + RECOVERY_MS);
      await this.#drain();
      await this.#checkEnd();
      await this.#rest();
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    } finally {
      this.#naming.cluster.close();
    }
  }

  // ---- Phases

  #begin(): void {
    this.#naming.start();
    for (const object of this.#objects) this.scheduler.after(this.random.next(), () => object.begin());
    for (const action of this.#plan.actions) this.scheduler.after(action.atMs, () => this.#act(action));
    this.#keepNaming();
  }

  async #heal(): Promise<void> {
    this.trace.add("the faults stop");
    this.#network.heal();
    this.#naming.setLeaderAway(false);
    for (const object of this.#objects) {
      object.crash = undefined;
      if (!object.exists) object.create();
      if (this.#plan.forgetAll) object.end("forgotten");
    }
    await this.#settled();
  }

  async #drain(): Promise<void> {
    const startMs = this.scheduler.elapsed();
    let waitMs = CLOSING_EVERY_MS_MIN;
    for (const object of this.#objects) this.#close(object);
    while (this.scheduler.elapsed() < startMs + DRAIN_MS_MAX) {
      await this.#until(this.scheduler.elapsed() + waitMs);
      if (this.#leftOver() === undefined) return;
      waitMs = Math.min(2 * waitMs, CLOSING_EVERY_MS_MAX);
      for (const object of this.#objects) if (this.#isClosed(object)) this.#close(object);
    }
    this.violated(`it did not come to an end: ${this.#leftOver()}`);
  }

  #close(object: SimObject): void {
    this.#clients.begin("submit", object, this.#plan.closing, true);
  }

  /** A daemon's own timers and alarms go on; nothing else does. */
  async #rest(): Promise<void> {
    const before = this.events;
    await this.#until(this.scheduler.elapsed() + REST_MS);
    const most = (this.#objects.length * REST_EVENTS_A_SECOND_MAX * REST_MS) / 1_000;
    if (this.events - before > most)
      this.violated(`${this.events - before} events at rest: somebody is busy for nothing`);
  }

  // ---- Time

  async #until(elapsedMs: number): Promise<void> {
    const endMs = START_MS + elapsedMs;
    let momentMs = 0;
    let inMoment = 0;
    for (let atMs = this.scheduler.nextAtMs(); atMs <= endMs; atMs = this.scheduler.nextAtMs()) {
      inMoment = atMs === momentMs ? inMoment + 1 : 0;
      momentMs = atMs;
      if (inMoment > EVENTS_A_MOMENT_MAX) this.violated("time does not go on: somebody is busy for ever");
      await this.#step();
      await this.#settled();
    }
    this.scheduler.passTo(endMs);
  }

  async #step(): Promise<void> {
    try {
      await this.scheduler.step();
    } catch (error) {
      // An object that dies in the middle of an event ends it with an exception, as it does on the platform.
      if (!(error instanceof ObjectGone)) this.violated(`an event failed: ${String(error)}`);
      await drained();
    }
  }

  /** All that the event made possible has happened. */
  async #settled(): Promise<void> {
    this.events += 1;
    while (this.#naming.working) await drained();
    for (const object of this.#objects) object.afterEvent();
    for (const object of this.#objects) this.#watch.look(object, this.scheduler.now());
    if (this.violations.length >= VIOLATIONS_MAX) throw new Enough();
  }

  #keepNaming(): void {
    this.#naming.ring();
    this.scheduler.after(NAMING_EVERY_MS, () => this.#keepNaming());
  }

  // ---- Actions

  #act(action: PlannedAction): void {
    this.trace.add(`action ${action.item}: ${JSON.stringify({ ...action, item: undefined, atMs: undefined })}`);
    switch (action.kind) {
      case "submit":
      case "signal":
      case "ask":
        return this.#clients.begin(action.kind, this.#object(action.to), action.script, action.keyed);
      case "evict": {
        const object = this.#object(action.atom);
        if (action.lose) this.#network.forget(object);
        return object.end("evicted");
      }
      case "crash":
        this.#object(action.atom).crash = { when: action.when, commits: action.commit };
        return;
      case "restart":
        return this.#object(action.atom).life?.session.restart();
      case "deploy":
        return this.#object(action.atom).deploy(action.traps);
      case "delete": {
        const object = this.#object(action.atom);
        if (!object.exists) return;
        object.remove();
        this.#oracle.onStoreLost(object.index);
        // The clock of the new place is a little later: two incarnations of one atom do not begin in the same millisecond.
        this.scheduler.after(Math.max(1, action.forMs), () => object.exists || object.create());
        return;
      }
      case "noise":
        this.#network.noise = action;
        this.scheduler.after(action.forMs, () => {
          if (this.#network.noise === action) this.#network.heal();
        });
        return;
      case "cut": {
        const [a, b] = [this.#object(action.a), this.#object(action.b)];
        this.#network.cut(a, b);
        this.scheduler.after(action.forMs, () => this.#network.mend(a, b));
        return;
      }
      case "leader-away":
        this.#leaderAways += 1;
        this.#naming.setLeaderAway(true);
        this.scheduler.after(action.forMs, () => {
          this.#leaderAways -= 1;
          if (this.#leaderAways === 0) this.#naming.setLeaderAway(false);
        });
        return;
      case "naming-restart":
        return this.#naming.cluster.restart(this.#plan.runtimes[action.runtime] as string);
    }
  }

  // ---- Ends

  /** The first thing that is still undone, or undefined. */
  #leftOver(): string | undefined {
    for (const errand of this.#clients.open) return `${errand.kind} ${errand.mail.uid} from outside is open`;
    for (const object of this.#objects) {
      const undone = undoneIn(object) ?? (this.#isClosed(object) ? "it keeps something closed" : undefined);
      if (undone) return `${object.name}: ${undone}`;
    }
    return undefined;
  }

  /** True if the atom keeps somebody waiting: tokens of requests, a request that it passed over, interrupts. */
  #isClosed({ store, life }: SimObject): boolean {
    for (const _ of store.scan({ start: "token:", end: "token;", reverse: false })) return true;
    return life !== undefined && (life.session.atom.mailbox.hasInterrupt || (life.guest?.owesAnswer ?? false));
  }

  async #checkEnd(): Promise<void> {
    const instances = new Map(this.#objects.map(({ life }) => [life?.guest?.world.instance, life]));
    const isPending = ({ instance, future }: Request) =>
      instances.get(instance)?.session.atom.futures.peek(future)?.outcome === null;
    this.#oracle.checkEnd((instance) => instances.has(instance), isPending);
    for (const object of this.#objects) this.#checkStore(object);
    await this.#naming.checkAliases(
      (name) => {
        const object = this.#objects.find((candidate) => candidate.name === name);
        return object && !object.wasFragile ? this.#oracle.aliasesOf(object.index) : undefined;
      },
      (text) => this.violated(text),
    );
  }

  #checkStore(object: SimObject): void {
    const entries = [...object.store.scan({ start: "", end: null, reverse: false })];
    const shown = entries.map(([key, value]) => [fromUtf8(keyToBytes(key)), fromUtf8(value)] as const);
    this.#oracle.checkStore(object, shown, TURN_PREFIX, COUNT_KEY);
  }

  // ---- For the objects

  applicationOf({ runtime }: AtomEntry): Application {
    return this.#applications.get(runtime) as Application;
  }

  laneOf(object: SimObject, life: Life, receiver: LaneReceiver): Lane {
    return this.#network.laneOf(object, life, receiver);
  }

  namingOf({ entry }: SimObject, life: Life): NamingPort {
    return this.#naming.port(entry.runtime, life);
  }

  wrapStore(store: Store): Store {
    return this.#options.wrapStore?.(store) ?? store;
  }

  nextNumber(): number {
    return ++this.#numbers;
  }

  onLifeBegins(object: SimObject): void {
    this.trace.add(`${object.name} begins`);
    this.#checkStore(object);
  }

  onLifeEnds(object: SimObject, life: Life, why: string): void {
    this.trace.add(`${object.name} ends: ${why}`);
    if (!object.exists || object.alarmAtMs !== undefined) return;
    const undone = rowsIn(object) ?? (object.plan.kind === "daemon" && object.wasArmed ? "a daemon" : undefined);
    if (undone) this.violated(`${object.name} was forgotten with ${undone}, and no alarm brings it back`);
  }

  onCommit(object: SimObject, life: Life, changes: readonly Change[]): void {
    const turns = turnsIn(changes, this.ledger);
    this.trace.add(`${object.name} commits ${changes.length} changes, turns ${turns.map(({ id }) => id).join()}`);
    for (const turn of turns) this.#oracle.onTurn(object, turn);
    for (const uid of buriedIn(changes)) this.#oracle.onBuried(uid);
    for (const delivery of life.heldOver) delivery.state = "stored";
    life.heldOver.clear();
    if (!object.persistent) return;
    const mismatch = outboxMismatch(changes, turns, object.name);
    if (mismatch) this.violated(`${object.name} commits half a turn: ${mismatch}`);
  }

  scriptWorld(object: SimObject, life: Life): ScriptWorld {
    const { ledger, scheduler } = this;
    return {
      ...{ ledger, atom: object.plan, self: object.index, life: life.number, instance: this.nextNumber() },
      version: object.version,
      migrationTraps: () => object.migrationTraps > 0 && object.migrationTraps-- > 0,
      incarnation: () => object.incarnation,
      now: () => scheduler.now(),
      nameOf: (atom) => this.#object(atom).name,
      script: (id) => this.#plan.scripts[id] as Script,
      onDelivery: (mail, attempt, from) => {
        this.trace.add(`${object.name} sees ${mail.class} ${mail.uid}, attempt ${attempt}`);
        this.#oracle.onDelivery(mail, object, life.number, attempt, from);
      },
      onHeldOver: (mail) => holdOver(mail, life),
      onOutcome: (request, outcome) => {
        this.trace.add(`${object.name} has an outcome of ${request.mail.uid}: ${JSON.stringify(outcome)}`);
        this.#oracle.onOutcome(request, outcome);
      },
      violated: (text) => this.violated(`${object.name}: ${text}`),
      trace: (text) => this.trace.add(`${object.name} ${text}`),
    };
  }

  violated(text: string): void {
    this.trace.add(`VIOLATED: ${text}`);
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(text);
  }

  #object(index: number): SimObject {
    return this.#objects[index] as SimObject;
  }
}

function holdOver({ lastDelivery }: Mail, life: Life): void {
  if (!lastDelivery || lastDelivery.state !== "begun" || lastDelivery.life !== life.number) return;
  lastDelivery.state = "blocked";
  life.heldOver.add(lastDelivery);
}

/** What a store keeps for later, if anything. */
function rowsIn({ store }: SimObject): string | undefined {
  const { mail, outbox } = store.load();
  if (mail.length > 0) return `${mail.length} rows of mail`;
  return outbox.length > 0 ? `${outbox.length} rows of the outbox` : undefined;
}

function undoneIn(object: SimObject): string | undefined {
  const { store, life, plan } = object;
  const { open, attempts } = store.load();
  const rows = rowsIn(object);
  if (rows) return rows;
  if (open.length + attempts.length > 0) return `${open.length} open requests, ${attempts.length} attempts`;
  if (!life) return plan.kind === "daemon" ? "the daemon is not there" : undefined;
  const { runner, atom } = life.session;
  if (!atom.idle) return "it is not idle";
  const blocks = life.guest?.calls.blocks.map(({ kind }) => kind).join() ?? "";
  const atRest = plan.kind === "daemon" ? blocks === "receive" : runner.state === "idle" && !runner.hasWork;
  return atRest ? undefined : `${runner.state}, blocked in [${blocks}]`;
}

function entryOf({ runtime, name, kind, durability, attemptsMax }: Plan["atoms"][number]): AtomEntry {
  return {
    ...{ runtime: runtime as RuntimeName, name: name as AtomName, module: name, moduleHash: "script" },
    ...{ ...DEFAULT_SETTINGS, kind, durability, attemptsMax, aliases: { [ALIAS_SCOPE]: CONFIGURED_ALIASES } },
  };
}

function applicationsOf(plan: Plan, atoms: readonly AtomEntry[]): Map<string, Application> {
  const names = plan.runtimes as readonly RuntimeName[];
  const runtimes = names.map((name) => ({ name, tags: [], atomsBinding: "ATOMS", namingBinding: `NAMING_${name}` }));
  const leader = names[0] as RuntimeName;
  return new Map(
    names.map((runtime) => [
      runtime,
      { app: "simulation", version: "", runtime, leader, development: true, runtimes, atoms },
    ]),
  );
}
