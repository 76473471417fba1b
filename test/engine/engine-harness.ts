/**
 * Several atoms in one process, each with its real session, state and engine, over memory stores, a network that loses
 * nothing and a clock that stands still until the test lets it go on.
 */
import { vi } from "vitest";
import { AtomSession, type NamingPort, type SessionPorts, type Submission } from "../../durable/atom-session.ts";
import type { Clock } from "../../durable/clock.ts";
import type { Answer } from "../../durable/core/answer.ts";
import { DEFAULT_SETTINGS, type Application, type AtomEntry } from "../../durable/core/application.ts";
import { fromUtf8, keyToBytes, utf8 } from "../../durable/core/bytes.ts";
import { decodeBatch, encodeBatch, refusalOf, type Batch } from "../../durable/core/frame.ts";
import type { LaneReceiver } from "../../durable/core/lane.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import {
  globalName,
  splitGlobalName,
  type AtomName,
  type GlobalName,
  type RuntimeName,
} from "../../durable/core/names.ts";
import { SingleNaming } from "../../durable/core/naming.ts";
import { RESTING_MEMORY_BYTES_MAX } from "../../durable/core/limits.ts";
import type { EngineModules } from "../../durable/engine/engine-modules.ts";
import { moduleProgram } from "../../durable/engine/instance.ts";
import { RestingInstances } from "../../durable/engine/resting-instances.ts";
import { LoopTurns } from "../../durable/loop-turns.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { engine } from "./wat.ts";

export interface AtomSpec extends Partial<Omit<AtomEntry, "name" | "runtime" | "module">> {
  /** `atom`, which is in the runtime `cloud`, or `runtime/atom`. */
  readonly name: string;
  readonly module: WebAssembly.Module;
}

interface Cell {
  readonly entry: AtomEntry;
  readonly module: WebAssembly.Module;
  readonly store: MemoryStore;
  session: AtomSession;
  life: Life;
  /** When the object asked to be woken. */
  readonly alarms: number[];
}

/** Of one object: what a forgotten one still had to do does not happen. */
interface Life {
  over: boolean;
}

export const START_MS = Date.UTC(2026, 0, 1);
const ASK_MS = 30_000;

export class World {
  readonly clock = new VirtualClock(START_MS);
  readonly resting: RestingInstances;
  readonly turns = new LoopTurns();
  readonly #application: Application;
  readonly #engine: EngineModules;
  readonly #naming: SingleNaming;
  readonly #cells = new Map<GlobalName, Cell>();
  /** What went wrong in work that nobody waits for. */
  readonly #failures: unknown[] = [];
  /** How often the platform was given something to wait for. */
  kept = 0;
  #namingHeld = false;
  /** By runtime: how many versions of the wire it is ahead. */
  readonly #ahead = new Map<string, number>();
  /** Batches that have to wait until `letThrough`. */
  #held: (() => void)[] | undefined;

  /** `restingBytesMax`: all atoms are in one isolate. `modules`: the engine's own. */
  constructor(specs: readonly AtomSpec[], restingBytesMax = RESTING_MEMORY_BYTES_MAX, modules: EngineModules = engine) {
    this.#engine = modules;
    this.resting = new RestingInstances(restingBytesMax);
    for (const level of ["debug", "info", "warn", "error"] as const) vi.spyOn(console, level).mockReturnValue();
    const entries = specs.map(entryOf);
    this.#application = applicationOf(entries);
    this.#naming = new SingleNaming(this.#application);
    entries.forEach((entry, index) => {
      const { module } = specs[index] as AtomSpec;
      const store = new MemoryStore();
      const life = { over: false };
      const alarms: number[] = [];
      const session = this.#open({ entry, module, store, alarms }, life);
      this.#cells.set(session.self, { entry, module, store, alarms, session, life });
    });
  }

  /** Starts what has to start by itself: daemons. */
  async start(): Promise<void> {
    for (const { session } of this.#cells.values()) session.start();
    await this.settle();
  }

  session(name: string): AtomSession {
    return this.#cell(name).session;
  }

  // ---- Time

  async settle(): Promise<void> {
    await this.clock.settle();
    this.#rethrow();
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    this.#rethrow();
  }

  async until<T>(work: Promise<T>): Promise<T> {
    const value = await this.clock.until(work);
    this.#rethrow();
    return value;
  }

  // ---- From outside

  async send(name: string, payload: string | Uint8Array): Promise<Submission> {
    const submission = await this.session(name).submit(() => ({ kind: "message", payload: bytesOf(payload) }));
    await this.settle();
    return submission;
  }

  async interrupt(name: string, signal: number, payload: string | Uint8Array = ""): Promise<Submission> {
    const make = () => ({ kind: "interrupt", signal, payload: bytesOf(payload) }) as const;
    const submission = await this.session(name).submit(make);
    await this.settle();
    return submission;
  }

  /** Sends a request; time stands still. */
  async asking(
    name: string,
    payload: string | Uint8Array,
    timeoutMs = ASK_MS,
  ): Promise<{ answer: Promise<Submission> }> {
    const make = (id: number) => ({ kind: "request", id, chain: [], payload: bytesOf(payload) }) as const;
    const answer = this.session(name).ask(make, timeoutMs);
    await this.settle();
    return { answer };
  }

  /** Sends a request and lets pass the time that it takes. */
  async ask(name: string, payload: string | Uint8Array, timeoutMs?: number): Promise<Answer> {
    return answerOf(await this.until((await this.asking(name, payload, timeoutMs)).answer));
  }

  /** An HTTP request, and its answer as text. */
  async http(name: string, head: unknown, body: string | Uint8Array = ""): Promise<Answer> {
    const make = (id: number) =>
      ({ kind: "http", id, head: utf8(JSON.stringify(head)), payload: bytesOf(body) }) as const;
    return answerOf(await this.until(this.session(name).ask(make, ASK_MS)));
  }

  // ---- A look inside

  /** The committed and pending store of an atom, as text. */
  kv(name: string): Record<string, string> {
    const entries = this.session(name).atom.kvScan({ start: "", end: null, reverse: false });
    return Object.fromEntries([...entries].map(([key, value]) => [fromUtf8(keyToBytes(key)), fromUtf8(value)]));
  }

  /** The log of an atom, `level: text` a line; traces left out. */
  logs(name: string): string[] {
    const lines = this.session(name)
      .logs.recent()
      .filter(({ level }) => level !== "trace");
    return lines.map(({ level, text }) => `${level}: ${text}`);
  }

  alarms(name: string): readonly number[] {
    return this.#cell(name).alarms;
  }

  trapText(name: string): string {
    return this.session(name).atom.supervisor.lastTrap?.text ?? "";
  }

  // ---- Faults

  /** Replaces the module of an atom, as a deployment does: its object is forgotten, its store stays, and it is started. */
  async deploy(name: string, module: WebAssembly.Module, moduleHash: string): Promise<void> {
    const cell = this.#cell(name);
    this.#cells.set(cell.session.self, { ...cell, module, entry: { ...cell.entry, moduleHash } });
    cell.life.over = true;
    await this.evict(name);
  }

  /** Forgets the object of an atom, as an eviction or a crash does, and makes it anew from its store. */
  async evict(name: string): Promise<void> {
    const cell = this.#cell(name);
    cell.life.over = true;
    cell.life = { over: false };
    cell.session = this.#open(cell, cell.life);
    cell.session.start();
    await this.settle();
  }

  /** From here on the naming of the runtimes answers nobody. */
  holdNaming(): void {
    this.#namingHeld = true;
  }

  /** From here on a runtime writes and reads batches that are so many versions ahead. */
  speak(runtime: string, ahead: number): void {
    this.#ahead.set(runtime, ahead);
  }

  /** From here on no batch arrives. */
  holdNetwork(): void {
    this.#held = [];
  }

  async letThrough(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
    await this.settle();
  }

  // ---- Wiring

  #cell(name: string): Cell {
    const cell = this.#cells.get((name.includes("/") ? name : `cloud/${name}`) as GlobalName);
    if (!cell) throw new Error(`The world has no atom ${name}.`);
    return cell;
  }

  #open({ entry, module, store, alarms }: Omit<Cell, "session" | "life">, life: Life): AtomSession {
    const application = { ...this.#application, runtime: entry.runtime };
    const ports: SessionPorts = {
      store,
      openLane: (receiver) => ({ send: (to, { batch }) => void this.#carry(receiver, life, entry, to, batch) }),
      naming: namingPort(this.#naming.at(entry.runtime), () => !life.over && !this.#namingHeld),
      clock: this.#clockOf(life),
      resting: this.resting,
      turns: this.turns,
      waitUntil: (work) => {
        this.kept += 1;
        void work.catch((error: unknown) => this.#failures.push(error));
      },
      setAlarm: (atMs) => void alarms.push(atMs),
      abort: (reason) => this.#failures.push(new Error(reason)),
    };
    return new AtomSession(application, entry, moduleProgram(module, this.#engine), ports);
  }

  #clockOf(life: Life): Clock {
    const { clock } = this;
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, act) => clock.after(ms, () => life.over || act()),
      breathe: () => clock.breathe(),
    };
  }

  /** As the lane of POSTs does it: the peer's answer is a batch of its own. */
  async #carry(receiver: LaneReceiver, life: Life, from: AtomEntry, to: GlobalName, batch: Batch): Promise<void> {
    if (this.#held) await new Promise<void>((go) => this.#held?.push(go));
    const { runtime } = splitGlobalName(to);
    try {
      const arrived = this.#read(this.#written(batch, from.runtime), runtime);
      const answer = (await this.#cells.get(to)?.session.answerBatch(arrived)) ?? refusalOf(batch);
      const brought = this.#read(this.#written(answer, runtime), from.runtime);
      if (!life.over) receiver.onBatch(brought);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (!life.over) receiver.onLost(to, String(error));
    }
  }

  /** A version of the wire is told by its first byte. */
  #written(batch: Batch, by: RuntimeName): Uint8Array {
    const wire = encodeBatch(batch);
    wire[0] = (wire[0] ?? 0) + (this.#ahead.get(by) ?? 0);
    return wire;
  }

  #read(wire: Uint8Array, by: RuntimeName): Batch {
    wire[0] = (wire[0] ?? 0) - (this.#ahead.get(by) ?? 0);
    return decodeBatch(wire);
  }

  #rethrow(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}

function namingPort(naming: SingleNaming, reaches: () => boolean): NamingPort {
  return {
    async setAliases(atom, delta) {
      const answer = await arriving(reaches, naming.setAliases(splitGlobalName(atom).atom, delta));
      if ("code" in answer) throw new Error(answer.reason);
      return answer.revision;
    },
    resolve: (name, asker) => arriving(reaches, naming.resolve(name, asker)),
    lookup: (query, asker) => arriving(reaches, naming.lookup({ ...query, asker })),
  };
}

/** An answer that does not reach anybody, such as an object that was forgotten, never comes. */
function arriving<T>(reaches: () => boolean, answer: Promise<T>): Promise<T> {
  return answer.then((value) => (reaches() ? value : new Promise<never>(() => undefined)));
}

function entryOf(spec: AtomSpec): AtomEntry {
  const { name } = spec;
  const [runtime, atom] = name.includes("/") ? (name.split("/") as [string, string]) : ["cloud", name];
  return {
    moduleHash: "hash",
    kind: "reactive",
    ...DEFAULT_SETTINGS,
    grants: [...DEFAULT_SETTINGS.grants, "http"],
    httpTimeoutMs: ASK_MS,
    ...spec,
    runtime: runtime as RuntimeName,
    name: atom as AtomName,
    module: atom,
  };
}

function applicationOf(atoms: readonly AtomEntry[]): Application {
  const names = [...new Set(["cloud" as RuntimeName, ...atoms.map(({ runtime }) => runtime)])];
  const runtimes = names.map((name) => ({ name, tags: [], atomsBinding: "ATOMS", namingBinding: "NAMING" }));
  const cloud = names[0] as RuntimeName;
  return { app: "test", version: "", runtime: cloud, leader: cloud, development: true, runtimes, atoms };
}

/** The answer of an accepted request. */
export function answerOf(submission: Submission): Answer {
  if (submission.kind === "answered") return submission.answer;
  throw new Error(submission.kind === "refused" ? submission.failure.reason : "Nothing was answered.");
}

/** An answer as a line: the reply's text, or the failure's code. */
export function shownAnswer(answer: Answer): string {
  if (answer.kind === "failure") return `${answer.failure.code}: ${answer.failure.reason}`;
  return answer.kind === "response" ? `${answer.status} ${fromUtf8(answer.payload)}` : fromUtf8(answer.payload);
}

function bytesOf(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? utf8(payload) : payload;
}

/** The global name of an atom of a world. */
export function nameIn(runtime: string, atom: string): GlobalName {
  return globalName(runtime as RuntimeName, atom as AtomName);
}
