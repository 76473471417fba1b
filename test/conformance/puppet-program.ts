/** Programs for `atoms/every-function.wat`, and what its log says of them, wherever it runs. */
import { ByteReader, ByteWriter, fromUtf8, utf8 } from "../../durable/core/bytes.ts";
import { errorCodeOf } from "../../durable/core/errors.ts";

/** The functions in the order in which the puppet imports them. */
export const FUNCTIONS = [
  ...["core.take", "core.last_error", "core.self_name", "core.config", "core.log", "core.now", "core.monotonic"],
  ...["core.random", "core.sleep", "core.yield"],
  ...["messaging.send", "messaging.receive", "messaging.kind", "messaging.sender", "messaging.attempt"],
  ...["messaging.reply", "messaging.fail", "messaging.reply_token", "messaging.reply_to", "messaging.interrupt"],
  ...["messaging.on_reentrant"],
  ...["future.request", "future.timer", "future.await", "future.poll", "future.on_complete", "future.cancel"],
  ...["interrupt.on", "interrupt.off", "interrupt.mask", "interrupt.unmask", "interrupt.preempt"],
  ...["kv.get", "kv.put", "kv.delete", "kv.scan"],
  ...["naming.resolve", "naming.lookup", "naming.alias", "naming.unalias"],
  ...["http.head", "http.respond", "http.fetch"],
] as const;
const OWN = { trap: 100, peek: 101, poke: 102, forever: 103, grow: 104, spin: 105 } as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** These return a number of the runtime's choice: only its sign is shown. */
const IDS: ReadonlySet<string> = new Set([
  "messaging.reply_token",
  "future.request",
  "future.timer",
  "future.fetch",
  "http.fetch",
]);

/** Where a call puts bytes out. */
export interface Out {
  readonly kind: "out";
  readonly cap: number;
}
export interface Step {
  readonly kind: "step";
  readonly name: string;
  readonly op: number;
  readonly register: number;
  readonly args: readonly Arg[];
}
export interface Program {
  readonly kind: "program";
  readonly steps: readonly Step[];
}
/** Text, bytes and `Out` are two arguments; an earlier step stands for its result; a program for a callback's token. */
export type Arg = number | bigint | string | Uint8Array | Out | Step | Program;

const REGISTERS = 1_000;
let registerNext = 1;
const stepOf = new Map<number, Step>();

function step(name: string, op: number, args: readonly Arg[]): Step {
  const made: Step = { kind: "step", name, op, register: registerNext, args };
  stepOf.set(made.register, made);
  registerNext = (registerNext % REGISTERS) + 1;
  return made;
}

export function call(name: FunctionName, ...args: Arg[]): Step {
  return step(name, FUNCTIONS.indexOf(name), args);
}
export const out = (cap: number): Out => ({ kind: "out", cap });
export const trap = (): Step => step("trap", OWN.trap, []);
/** Shows memory. */
export const peek = (where: Out): Step => step("peek", OWN.peek, [where]);
/** Stores one byte at the start of `where`. */
export const poke = (where: Out, value: number): Step => step("poke", OWN.poke, [where, value]);
/** From here on `invoke` does not return: a daemon. */
export const forever = (): Step => step("forever", OWN.forever, []);
export const grow = (pages: number): Step => step("grow", OWN.grow, [pages]);

export function program(...steps: Step[]): Program {
  return { kind: "program", steps };
}

/** The bytes of a program, as a message carries them. */
export function bytesOf({ steps }: Program): Uint8Array {
  const data = new Data(4 + steps.length * 80);
  const head = new ByteWriter();
  head.u32(steps.length);
  for (const each of steps) head.raw(encodeStep(each, data));
  return Buffer.concat([head.finish(), data.bytes]);
}

class Data {
  readonly #start: number;
  readonly #parts: Uint8Array[] = [];
  readonly #places = new Map<Out, number>();
  #length = 0;

  constructor(start: number) {
    this.#start = start;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  add(part: Uint8Array): number {
    const at = this.#start + this.#length;
    this.#parts.push(part);
    this.#length += part.length;
    return at;
  }

  /** The same `Out` in several steps is the same place. */
  place(where: Out): number {
    let at = this.#places.get(where);
    if (at === undefined) this.#places.set(where, (at = this.add(new Uint8Array(where.cap).fill(0xee))));
    return at;
  }
}

const NUMBER = 0;
const REGISTER = 1;
const OFFSET = 2;
type Slot = readonly [mode: number, value: bigint];

function encodeStep({ op, register, args }: Step, data: Data): Uint8Array {
  let outAt = 0;
  const slots: Slot[] = [];
  for (const arg of args) {
    if (typeof arg === "object" && "kind" in arg && arg.kind === "out" && outAt === 0) outAt = slots.length + 1;
    slots.push(...slotsOf(arg, data));
  }
  const bytes = new DataView(new ArrayBuffer(80));
  bytes.setUint16(0, op, true);
  bytes.setUint16(2, register, true);
  bytes.setUint16(4, outAt, true);
  slots.forEach(([mode, value], index) => {
    bytes.setBigInt64(8 + index * 8, value, true);
    bytes.setUint8(72 + index, mode);
  });
  return new Uint8Array(bytes.buffer);
}

function slotsOf(arg: Arg, data: Data): Slot[] {
  if (typeof arg === "number" || typeof arg === "bigint") return [[NUMBER, BigInt(arg)]];
  if (typeof arg === "string" || arg instanceof Uint8Array) {
    const part = typeof arg === "string" ? utf8(arg) : arg;
    return [
      [OFFSET, BigInt(data.add(part))],
      [NUMBER, BigInt(part.length)],
    ];
  }
  switch (arg.kind) {
    case "step":
      return [[REGISTER, BigInt(arg.register)]];
    case "program":
      return [[OFFSET, BigInt(data.add(bytesOf(arg)))]];
    case "out":
      return [
        [OFFSET, BigInt(data.place(arg))],
        [NUMBER, BigInt(arg.cap)],
      ];
  }
}

// ---- The log

const CALLBACK = 0xffff;
const CALLBACK_KINDS = ["<", "> interrupt", "> future", "> reentrant"];

/** The register that a record is about; undefined of one that is none. */
export function registerIn(hex: string): number | undefined {
  const bytes = Buffer.from(hex, "hex");
  return bytes.length >= 12 ? bytes.readUInt16LE(0) : undefined;
}

/** One record of the log as a line: `kv.get = 5 "hello"`. */
export function shownRecord(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  const reader = new ByteReader(bytes);
  const register = reader.u8() + reader.u8() * 256;
  const kind = reader.u8() + reader.u8() * 256;
  const result = bytes.readBigInt64LE(4);
  if (register === CALLBACK) return kind === 0 ? "<" : `${CALLBACK_KINDS[kind] ?? kind} ${shownResult(result)}`;
  const done = stepOf.get(register);
  const name = done?.name ?? "?";
  const shown = IDS.has(name) && result > 0n ? "id" : shownResult(result);
  const text = bytes.length > 12 ? ` ${JSON.stringify(fromUtf8(bytes.subarray(12)))}` : "";
  return `${name} = ${shown}${text}`;
}

function shownResult(result: bigint): string {
  return (result < 0n ? errorCodeOf(Number(result)) : undefined) ?? String(result);
}
