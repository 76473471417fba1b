/**
 * WebAssembly's instructions as far as metering needs them: how long each is, and which open or end a block.
 *
 * Invariants
 * 1. Every instruction of the standard that V8 runs is known. One that is not is refused: a loop that was overlooked would
 *    be a loop without a budget.
 */
import { UnknownEncoding, type ByteReader } from "./binary.ts";

export const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  try: 0x06,
  end: 0x0b,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  callRef: 0x14,
  returnCallRef: 0x15,
  delegate: 0x18,
  tryTable: 0x1f,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i32Eqz: 0x45,
  i32LtS: 0x48,
  i32GtU: 0x4b,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32ShrU: 0x76,
  unreachable: 0x00,
  refFunc: 0xd2,
  gc: 0xfb,
  bulk: 0xfc,
  simd: 0xfd,
  atomic: 0xfe,
} as const;

const OPENING: ReadonlySet<number> = new Set([OP.block, OP.loop, OP.if, OP.try, OP.tryTable]);

/** True if the instruction opens a block, which an `end` (or a `delegate`) ends. */
export function opensBlock(opcode: number): boolean {
  return OPENING.has(opcode);
}

/** Reads over what follows an opcode. For those with a second opcode it returns that one, otherwise -1. */
export function skipImmediates(reader: ByteReader, opcode: number): number {
  const prefixed = PREFIXED[opcode];
  if (prefixed !== undefined) {
    const second = reader.unsigned();
    if (!prefixed(reader, second)) throw unknown(opcode, second);
    return second;
  }
  const skip = IMMEDIATES.get(opcode);
  if (skip === undefined) throw unknown(opcode);
  skip(reader);
  return -1;
}

/** Reads over a constant expression, its `end` included. */
export function skipExpression(reader: ByteReader): void {
  for (let opcode = reader.byte(); opcode !== OP.end; opcode = reader.byte()) skipImmediates(reader, opcode);
}

function unknown(opcode: number, second?: number): UnknownEncoding {
  const shown = [opcode, ...(second === undefined ? [] : [second])].map((byte) => `0x${byte.toString(16)}`).join(" ");
  return new UnknownEncoding(`it uses the instruction ${shown}`);
}

type Skip = (reader: ByteReader) => void;

const none: Skip = () => undefined;
const one: Skip = (reader) => reader.skipNumber();
const two: Skip = (reader) => {
  reader.skipNumber();
  reader.skipNumber();
};

/** A type with a heap type behind it, or one that is a single number. */
export function skipType(reader: ByteReader): void {
  const first = reader.byte();
  if (first === REF || first === REF_NULL || first >= 0x80) reader.skipNumber();
}
const REF_NULL = 0x63;
const REF = 0x64;

/** Alignment, the memory's index if bit 6 is set, the offset. */
const memoryArgument: Skip = (reader) => {
  const flags = reader.unsigned();
  if ((flags & 64) !== 0) reader.skipNumber();
  reader.skipNumber();
};

const branchTable: Skip = (reader) => {
  reader.times(() => reader.skipNumber());
  reader.skipNumber();
};

/** Kinds 0 and 1 name a tag, 2 and 3 catch everything; each has a label. */
const tryTable: Skip = (reader) => {
  skipType(reader);
  reader.times(() => (reader.byte() < 2 ? two(reader) : one(reader)));
};

const IMMEDIATES: ReadonlyMap<number, Skip> = new Map<number, Skip>([
  ...range(0x00, 0x01, none),
  ...range(0x02, 0x04, skipType),
  [0x05, none],
  [0x06, skipType],
  ...range(0x07, 0x09, one),
  ...range(0x0a, 0x0b, none),
  ...range(0x0c, 0x0d, one),
  [0x0e, branchTable],
  [0x0f, none],
  [0x10, one],
  [0x11, two],
  [0x12, one],
  [0x13, two],
  ...range(0x14, 0x15, one),
  [0x18, one],
  ...range(0x19, 0x1b, none),
  [0x1c, (reader) => void reader.times(() => skipType(reader))],
  [0x1f, tryTable],
  ...range(0x20, 0x26, one),
  ...range(0x28, 0x3e, memoryArgument),
  ...range(0x3f, 0x42, one),
  [0x43, (reader) => reader.skip(4)],
  [0x44, (reader) => reader.skip(8)],
  ...range(0x45, 0xc4, none),
  [0xd0, one],
  [0xd1, none],
  [0xd2, one],
  ...range(0xd3, 0xd4, none),
  ...range(0xd5, 0xd6, one),
]);

function range(from: number, to: number, skip: Skip): [number, Skip][] {
  return Array.from({ length: to - from + 1 }, (_, index) => [from + index, skip]);
}

/** Each reads over what follows the second opcode; false if it does not know it. */
const PREFIXED: Readonly<Record<number, (reader: ByteReader, second: number) => boolean>> = {
  [OP.gc]: (reader, second) => {
    const numbers = GC_NUMBERS[second];
    if (numbers === undefined) return false;
    if (second === 24 || second === 25) reader.skip(1);
    for (let left = numbers; left > 0; left -= 1) reader.skipNumber();
    return true;
  },
  [OP.bulk]: (reader, second) => {
    const numbers = BULK_NUMBERS[second];
    for (let left = numbers ?? 0; left > 0; left -= 1) reader.skipNumber();
    return numbers !== undefined;
  },
  [OP.simd]: (reader, second) => {
    if (second <= 11 || second === 92 || second === 93) memoryArgument(reader);
    else if (second === 12 || second === 13) reader.skip(16);
    else if (second >= 21 && second <= 34) reader.skip(1);
    else if (second >= 84 && second <= 91) {
      memoryArgument(reader);
      reader.skip(1);
    }
    return second <= SIMD_LAST;
  },
  [OP.atomic]: (reader, second) => {
    if (second === ATOMIC_FENCE) reader.skip(1);
    else memoryArgument(reader);
    return second <= ATOMIC_LAST;
  },
};

/** How many numbers follow each instruction of garbage collection, from struct.new to i31.get_u. */
const GC_NUMBERS = [1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 2, 1, 1, 1, 1, 0, 1, 2, 2, 2, 1, 1, 1, 1, 3, 3, 0, 0, 0, 0, 0];
/** The saturating conversions, the operations on whole memories and tables, wide arithmetic. */
const BULK_NUMBERS = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1, undefined, 0, 0, 0, 0];
const SIMD_LAST = 0x113;
const ATOMIC_FENCE = 3;
const ATOMIC_LAST = 0x4e;

/**
 * True if the instruction works on as many elements as the number on top of the stack says: memory.init, copy and fill, the
 * same of tables and arrays, and arrays that are made.
 */
export function isBulk(opcode: number, second: number): boolean {
  if (opcode === OP.bulk) return BULK_COUNTED.has(second);
  return opcode === OP.gc && GC_COUNTED.has(second);
}
const BULK_COUNTED: ReadonlySet<number> = new Set([8, 10, 11, 12, 14, 17]);
const GC_COUNTED: ReadonlySet<number> = new Set([6, 7, 9, 10, 16, 17, 18, 19]);
