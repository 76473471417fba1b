/**
 * What one message costs the processor on its way through the runtime, stage by stage: real guests and atoms on one thread,
 * over a store and a network that cost nothing. `npm run bench:core`; of many batches
 * the lower quartile is shown.
 */
import { Atom } from "../../durable/core/atom.ts";
import { DEFAULT_SETTINGS, type AtomEntry } from "../../durable/core/application.ts";
import { failure } from "../../durable/core/errors.ts";
import { decodeBatch, encodeBatch } from "../../durable/core/frame.ts";
import type { Departure } from "../../durable/core/lane.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import { globalName, type AtomName, type GlobalName, type RuntimeName } from "../../durable/core/names.ts";
import type { Change } from "../../durable/core/store.ts";
import type { Host } from "../../durable/engine/host.ts";
import { moduleProgram } from "../../durable/engine/instance.ts";
import { RestingInstances } from "../../durable/engine/resting-instances.ts";
import { Runner } from "../../durable/engine/runner.ts";
import { KnownNames } from "../../durable/known-names.ts";
import { engine, wat } from "../engine/wat.ts";

/** Messages a frame, which are one turn of the sender. */
const MESSAGES = 1_000;
const PAYLOAD_BYTES = 64;
const BATCHES = 600;

const RUNTIME = "cloud" as RuntimeName;
const COMMAND = { send: 0, put: 1, get: 2 } as const;

/** A daemon that does MESSAGES times what the first byte of its message says. */
const SENDER = `(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "cloud/receiver") (data (i32.const 1088) "balance")
  (func $times (param $command i32) (local $left i32)
    (local.set $left (i32.const ${MESSAGES}))
    (loop $again
      (if (i32.eq (local.get $command) (i32.const ${COMMAND.send}))
        (then (if (call $send (i32.const 1024) (i32.const 14) (i32.const 2048) (i32.const ${PAYLOAD_BYTES}))
          (then unreachable))))
      (if (i32.eq (local.get $command) (i32.const ${COMMAND.put}))
        (then (drop (call $put (i32.const 1088) (i32.const 7) (i32.const 2048) (i32.const 8)))))
      (if (i32.eq (local.get $command) (i32.const ${COMMAND.get}))
        (then (drop (call $get (i32.const 1088) (i32.const 7) (i32.const 2048) (i32.const 8)))))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
  (func (export "invoke")
    (loop $again
      (drop (call $receive (i64.const -1) (i32.const 0) (i32.const 64)))
      (call $times (i32.load8_u (i32.const 0)))
      (br $again))))`;

/** Receives and forgets: one message an invoke, or in a loop. */
const RECEIVER = (loop: boolean) => `(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "invoke")
    (loop $again
      (drop (call $receive (i64.const -1) (i32.const 0) (i32.const 1024)))
      ${loop ? "(br $again)" : ""})))`;

/** Sends what it receives. */
const RELAY = `(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "cloud/sink")
  (func (export "invoke")
    (if (call $send (i32.const 1024) (i32.const 10) (i32.const 0)
        (call $receive (i64.const -1) (i32.const 0) (i32.const 1024)))
      (then unreachable))))`;

const ECHO = `(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "invoke")
    (if (call $reply (i32.const 0) (call $receive (i64.const -1) (i32.const 0) (i32.const 1024))) (then unreachable))))`;

/** For each message, asks MESSAGES times, and then waits for the answers in turn. */
const ASKER = `(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "cloud/receiver")
  (func $ask (local $left i32) (local $future i64)
    (local.set $left (i32.const ${MESSAGES}))
    (loop $again
      (local.set $future
        (call $request (i32.const 1024) (i32.const 14) (i32.const 2048) (i32.const ${PAYLOAD_BYTES}) (i64.const -1)))
      (if (i64.lt_s (local.get $future) (i64.const 0)) (then unreachable))
      (i64.store (i32.add (i32.const 8192) (i32.mul (local.get $left) (i32.const 8))) (local.get $future))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
  (func $wait (local $left i32)
    (local.set $left (i32.const ${MESSAGES}))
    (loop $again
      (drop (call $await (i64.load (i32.add (i32.const 8192) (i32.mul (local.get $left) (i32.const 8))))
        (i64.const -1) (i32.const 0) (i32.const 64)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
  (func (export "invoke")
    (loop $again
      (drop (call $receive (i64.const -1) (i32.const 0) (i32.const 64)))
      (call $ask)
      (call $wait)
      (br $again))))`;

class ForgetfulStore extends MemoryStore {
  override commit(changes: readonly Change[]): void {
    super.commit(changes.filter(({ kind }) => kind === "kv"));
  }
}

/** An atom with its engine; it does nothing by itself. */
class Cell implements Host {
  readonly entry: AtomEntry;
  readonly self: GlobalName;
  readonly atom: Atom;
  readonly runner: Runner;
  readonly #names: KnownNames;
  #resume: (() => void) | undefined;
  #atRest: (() => void) | undefined;

  constructor(name: string, kind: AtomEntry["kind"], text: string, peers: readonly string[]) {
    this.entry = entryOf(name, kind);
    this.self = globalName(RUNTIME, this.entry.name);
    const atoms = [name, ...peers].map((each) => entryOf(each, kind));
    this.#names = new KnownNames(
      { app: "bench", version: "", runtime: RUNTIME, leader: RUNTIME, development: true, runtimes: [], atoms },
      this.self,
    );
    const settings = {
      self: this.self,
      durability: "durable",
      attemptsMax: 5,
      hasConfiguredAlias: () => false,
    } as const;
    this.atom = new Atom(settings, new ForgetfulStore(), Date.now(), 0.5);
    this.runner = new Runner(this.atom, this, moduleProgram(wat(text), engine), new RestingInstances(Infinity));
  }

  /** Runs until the guest waits, or a reactive atom has nothing left. */
  async run(): Promise<void> {
    const rest = new Promise<void>((resolve) => (this.#atRest = resolve));
    if (this.#resume) this.#resume();
    else void this.runner.run().then(() => this.#atRest?.());
    await rest;
  }

  async idle(): Promise<void> {
    this.#atRest?.();
    await new Promise<void>((resolve) => (this.#resume = resolve));
    this.#resume = undefined;
  }

  now = () => Date.now();
  monotonic = () => performance.now();
  locate: Host["locate"] = (destination) => this.#names.locate(destination);
  breathe = () => Promise.resolve();
  giveWay = () => Promise.resolve();
  wake = () => undefined;
  fillRandom = () => undefined;
  log: Host["log"] = (level, text) => {
    if (level === "error") throw new Error(text);
  };
  resolve = () => Promise.resolve(failure("UNSUPPORTED"));
  lookup = () => Promise.resolve(failure("UNSUPPORTED"));
  fetch = () => Promise.resolve({ kind: "failed" as const, failure: failure("UNSUPPORTED") });
}

function entryOf(name: string, kind: AtomEntry["kind"]): AtomEntry {
  return {
    runtime: RUNTIME,
    name: name as AtomName,
    module: name,
    moduleHash: name,
    kind,
    ...DEFAULT_SETTINGS,
  };
}

/** Nanoseconds a message, by stage in the order of their first mention. */
class Stages {
  readonly #samples = new Map<string, number[]>();

  async time<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
    const startMs = performance.now();
    const made = work();
    const value = made instanceof Promise ? await made : made;
    const ns = ((performance.now() - startMs) * 1e6) / MESSAGES;
    const samples = this.#samples.get(stage);
    if (samples) samples.push(ns);
    else this.#samples.set(stage, [ns]);
    return value;
  }

  print(title: string): void {
    const rows = [...this.#samples].map(([stage, samples]) => [stage, lowerQuartile(samples)] as const);
    const total = rows.reduce((sum, [, ns]) => sum + ns, 0);
    console.log(`\n${title}, ns a message`);
    for (const [stage, ns] of [...rows, ["total", total] as const])
      console.log(`  ${stage.padEnd(40)} ${ns.toFixed(0).padStart(6)}`);
  }
}

/** Others use the machine, too, and the first samples are taken before the code is optimized. */
function lowerQuartile(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 2] ?? NaN;
}

async function command(cell: Cell, code: number): Promise<void> {
  cell.atom.deliver(() => ({ kind: "message", payload: new Uint8Array([code]) }));
  await cell.run();
}

async function oneWay(kind: AtomEntry["kind"]): Promise<void> {
  const sender = new Cell("sender", "daemon", SENDER, ["receiver"]);
  const receiver = new Cell("receiver", kind, RECEIVER(kind === "daemon"), ["sender"]);
  await atRest(sender, receiver);
  const stages = new Stages();
  for (let batch = 0; batch < BATCHES; batch++) {
    await stages.time("sender: guest sends", () => command(sender, COMMAND.send));
    await hop(sender, receiver, stages);
  }
  checkConsumed(receiver, BATCHES * MESSAGES);
  stages.print(`one-way, ${PAYLOAD_BYTES} bytes, ${kind} receiver`);
}

/** Each message is handled by a turn that sends another. */
async function relayed(): Promise<void> {
  const sender = new Cell("sender", "daemon", SENDER, ["receiver"]);
  const relay = new Cell("receiver", "reactive", RELAY, ["sender", "sink"]);
  const sink = new Cell("sink", "reactive", RECEIVER(false), ["receiver"]);
  await atRest(sender);
  const stages = new Stages();
  for (let batch = 0; batch < BATCHES; batch++) {
    await command(sender, COMMAND.send);
    await hop(sender, relay, stages);
    await hop(relay, sink, new Stages());
  }
  checkConsumed(sink, BATCHES * MESSAGES);
  stages.print("one-way, a reactive receiver that sends a message for each");
}

async function requested(): Promise<void> {
  const asker = new Cell("asker", "daemon", ASKER, ["receiver"]);
  const echo = new Cell("receiver", "reactive", ECHO, ["asker"]);
  await atRest(asker);
  const stages = new Stages();
  for (let batch = 0; batch < BATCHES; batch++) {
    await stages.time("asker: guest requests", () => command(asker, COMMAND.send));
    await hop(asker, echo, stages);
    await stages.time("asker: guest gets replies", () => asker.run());
  }
  checkConsumed(echo, BATCHES * MESSAGES);
  stages.print("requests and their replies");
}

async function atRest(...daemons: readonly Cell[]): Promise<void> {
  for (const cell of daemons) if (cell.entry.kind === "daemon") await cell.run();
}

function checkConsumed(cell: Cell, count: number): void {
  if (cell.atom.counters.consumed !== count)
    throw new Error(`${cell.self} got ${cell.atom.counters.consumed} messages.`);
}

/** Everything that one atom has for another, from its turn to the other's, and what comes back at once. */
async function hop(from: Cell, to: Cell, stages: Stages): Promise<void> {
  const link = from.atom.peers.link(to.self);
  const [a, b] = [from.entry.name, to.entry.name];
  await stages.time(`${a}: flush`, () => from.atom.flush(Date.now(), true));
  const departure = link.depart(Date.now()) as Departure;
  const sent = await stages.time(`${a}: encode`, () => encodeBatch(departure.batch));
  const came = await stages.time(`${b}: decode`, () => decodeBatch(sent));
  await stages.time(`${b}: accept`, () => to.atom.onBatch(came, Date.now()));
  await stages.time(`${b}: guest receives`, () => to.run());
  await stages.time(`${b}: flush`, () => to.atom.flush(Date.now(), true));
  const answer = to.atom.peers.link(from.self).answer(Date.now());
  await stages.time(`${a}: answered`, () => {
    from.atom.onBatch(answer, Date.now());
    from.atom.flush(Date.now(), true);
  });
}

async function guestCalls(): Promise<void> {
  const cell = new Cell("sender", "daemon", SENDER, ["receiver"]);
  await cell.run();
  const stages = new Stages();
  for (let batch = 0; batch < BATCHES; batch++) {
    await stages.time("kv.put", () => command(cell, COMMAND.put));
    await stages.time("kv.get", () => command(cell, COMMAND.get));
    cell.atom.flush(Date.now(), true);
  }
  stages.print("calls of one turn");
}

await guestCalls();
await oneWay("daemon");
await oneWay("reactive");
await relayed();
await requested();
