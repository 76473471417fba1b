/** The functions that metering adds, by their code. What they refer to they are told: it depends on the module. */
import type { METERING } from "../../../durable/engine/abi.ts";
import { signed, unsigned } from "./binary.ts";
import { OP } from "./instructions.ts";
import { BULK_SHIFT } from "./weights.ts";

/** C and Rust keep the data of a function that calls none in up to 128 bytes below the stack pointer. */
const RED_ZONE_BYTES = 128;
const ELSE = 0x05;
export const I32 = 0x7f;
export const VOID_BLOCK = 0x40;

/** The types that are added, by their position. */
export const TYPES = [
  { params: [], results: [I32] },
  { params: [], results: [] },
  { params: [I32], results: [] },
  { params: [I32], results: [I32] },
  { params: [I32, I32], results: [I32] },
] as const;
export const TYPE = { read: 0, act: 1, take: 2, map: 3, ask: 4 } as const;

/** The functions that count, by their position; those that grow memories come behind. */
export const ADDED = { checkpoint: 0, lot: 1, bulk: 2 } as const;
export const COUNTING_FUNCTIONS = Object.keys(ADDED).length;

export interface AddedFunction {
  /** Its position among the added types. */
  readonly type: number;
  /** Without locals and without its end. */
  readonly code: readonly number[];
}

/** What the added functions refer to. */
export interface Surroundings {
  /** The global that counts the budget down. */
  readonly fuel: number;
  /** The global that holds the stack pointer, where the module tells. */
  readonly stackPointer: number | undefined;
  readonly memories: number;
  /** Calls an added function, or an added import. */
  readonly call: (added: number) => number[];
  readonly callImport: (name: keyof typeof METERING) => number[];
}

/** Those that count, in the order of `ADDED`. */
export function countingFunctions(around: Surroundings): AddedFunction[] {
  return [checkpointFunction(around), lotFunction(around), bulkFunction(around)];
}

/** The budget is used up: asks for more. 0 means that the event loop needs a turn first; less, that there is no more. */
function checkpointFunction(around: Surroundings): AddedFunction {
  const { callImport } = around;
  const fuel = unsigned(around.fuel);
  const code = [
    ...[...callImport("tick"), OP.globalSet, ...fuel, OP.globalGet, ...fuel, OP.i32Eqz, OP.if, VOID_BLOCK],
    ...[...moveStack(around, OP.i32Sub), ...callImport("pause"), OP.globalSet, ...fuel],
    ...[...moveStack(around, OP.i32Add), OP.end],
    // No handler of the guest's catches what this traps with, as it could an exception of the host's.
    ...[OP.globalGet, ...fuel, OP.i32Const, 0, OP.i32LtS, OP.if, VOID_BLOCK, OP.unreachable, OP.end],
  ];
  return { type: TYPE.act, code };
}

function lotFunction(around: Surroundings): AddedFunction {
  return { type: TYPE.take, code: [...take(around, [OP.localGet, 0]), ...ifSpent(around)] };
}

function bulkFunction(around: Surroundings): AddedFunction {
  const units = [OP.localGet, 0, OP.i32Const, BULK_SHIFT, OP.i32ShrU];
  return { type: TYPE.map, code: [...take(around, units), ...ifSpent(around), OP.localGet, 0] };
}

/** Asks the host, with the size of all memories together and the pages to add. */
export function growFunction({ memories, callImport }: Surroundings, memory: number): AddedFunction {
  const sizes = Array.from({ length: memories }, (_, index) => [OP.memorySize, ...unsigned(index)]);
  const sum = sizes.flatMap((size, index) => (index === 0 ? size : [...size, OP.i32Add]));
  const code = [
    ...[...sum, OP.localGet, 0, ...callImport("may_grow"), OP.if, I32],
    ...[OP.localGet, 0, OP.memoryGrow, ...unsigned(memory)],
    ...[ELSE, OP.i32Const, ...signed(-1), OP.end],
  ];
  return { type: TYPE.map, code };
}

function take(around: Surroundings, units: readonly number[]): number[] {
  const fuel = unsigned(around.fuel);
  return [OP.globalGet, ...fuel, ...units, OP.i32Sub, OP.globalSet, ...fuel];
}

function ifSpent({ fuel, call }: Surroundings): number[] {
  const isSpent = [OP.globalGet, ...unsigned(fuel), OP.i32Const, 0, OP.i32LtS];
  return [...isSpent, OP.if, VOID_BLOCK, ...call(ADDED.checkpoint), OP.end];
}

function moveStack({ stackPointer }: Surroundings, operation: number): number[] {
  if (stackPointer === undefined) return [];
  const global = unsigned(stackPointer);
  return [OP.globalGet, ...global, OP.i32Const, ...signed(RED_ZONE_BYTES), operation, OP.globalSet, ...global];
}
