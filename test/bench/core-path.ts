/**
 * What one message costs the processor on its way through the runtime, stage by stage: real guests and atoms on one thread,
 * over a store and a network that cost nothing. `npm run bench:core`; of many batches
 * the lower quartile is shown.
 */
import { Atom } from "../../durable/core/atom.ts";
import { DEFAULT_GRANTS, type AtomEntry } from "../../durable/core/application.ts";
import { failure } from "../../durable/core/errors.ts";
import { decodeBatch, encodeBatch } from "../../durable/core/frame.ts";
import type { Departure } from "../../durable/core/lane.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import { globalName, type AtomName, type GlobalName, type RuntimeName } from "../../durable/core/names.ts";
import type { Change } from "../../durable/core/store.ts";
import type { Host } from "../../durable/engine/host.ts";
import { Runner } from "../../durable/engine/runner.ts";
import { KnownNames } from "../../durable/known-names.ts";
import { trampoline, wat } from "../engine/wat.ts";

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

class ForgetfulStore extends MemoryStore {
  override commit(changes: readonly Change[]): void {
    super.commit(changes.filter(({ kind }) => kind === "kv"));
  }
}

/** An atom with its engine; it does nothing by itself. */
class Cell implements Host {
  readonly entry: AtomEntry;
  readonly self: GlobalName;
  readonly trampoline = trampoline;
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
      { app: "bench", runtime: RUNTIME, leader: RUNTIME, development: true, runtimes: [], atoms },
      this.self,
    );
    const settings = {
      self: this.self,
      durability: "durable",
      attemptsMax: 5,
      hasConfiguredAlias: () => false,
    } as const;
    this.atom = new Atom(settings, new ForgetfulStore(), Date.now(), 0.5);
    this.runner = new Runner(this.atom, this, wat(text));
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
    aliases: {},
    http: [],
    grants: DEFAULT_GRANTS,
    durability: "durable",
    config: {},
    attemptsMax: 5,
    cpuMs: 10_000,
    memoryMb: 32,
    httpTimeoutMs: 0,
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
  await sender.run();
  if (kind === "daemon") await receiver.run();
  const stages = new Stages();
  for (let batch = 0; batch < BATCHES; batch++) await oneBatch(sender, receiver, stages);
  if (receiver.atom.counters.consumed !== BATCHES * MESSAGES) throw new Error("Messages were lost.");
  stages.print(`one-way, ${PAYLOAD_BYTES} bytes, ${kind} receiver`);
}

/** One frame from guest to guest, and its acknowledgement back. */
async function oneBatch(sender: Cell, receiver: Cell, stages: Stages): Promise<void> {
  const link = sender.atom.peers.link(receiver.self);
  await stages.time("sender: guest sends", () => command(sender, COMMAND.send));
  await stages.time("sender: flush", () => sender.atom.flush(Date.now()));
  const departure = link.depart(Date.now()) as Departure;
  const sent = await stages.time("wire: encode", () => encodeBatch(departure.batch));
  const came = await stages.time("wire: decode", () => decodeBatch(sent));
  await stages.time("receiver: accept", () => receiver.atom.onBatch(came, Date.now()));
  await stages.time("receiver: guest receives", () => receiver.run());
  await stages.time("receiver: flush", () => receiver.atom.flush(Date.now(), true));
  const answer = receiver.atom.peers.link(sender.self).answer(Date.now());
  await stages.time("sender: acknowledged", () => {
    sender.atom.onBatch(answer, Date.now());
    sender.atom.flush(Date.now(), true);
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
