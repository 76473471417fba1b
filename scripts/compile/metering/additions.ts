/**
 * What metering adds to a module: imports from `radon:metering`, a global that counts the budget down, and a few functions,
 * each behind what the module has of its kind, so that only the indices of its own functions move.
 */
import { METERING_MODULE, STACK_POINTER_EXPORT, type METERING } from "../../../durable/engine/abi.ts";
import {
  ADDED,
  COUNTING_FUNCTIONS,
  countingFunctions,
  growFunction,
  I32,
  TYPE,
  TYPES,
  VOID_BLOCK,
  type AddedFunction,
  type Surroundings,
} from "./added-functions.ts";
import { joined, name, signed, sized, unsigned, type Bytes } from "./binary.ts";
import { OP } from "./instructions.ts";
import type { ModuleIndex } from "./module-index.ts";

/** The name of each added function, by which traps leave them out. */
export const ADDED_NAME = METERING_MODULE;
const FUNCTION_TYPE = 0x60;
const FUNCTION_KIND = 0;
const GLOBAL_KIND = 3;

export interface Needs {
  readonly metered: boolean;
  /** The memories that the module grows. */
  readonly grown: readonly number[];
  /** The global that holds the stack pointer, where the module tells. */
  readonly stackPointer: number | undefined;
}

export class Additions {
  readonly #module: ModuleIndex;
  readonly #imports: readonly (readonly [name: keyof typeof METERING, type: number])[];
  readonly #needs: Needs;
  readonly #fuel: number;
  readonly #firstFunction: number;
  readonly #functions: readonly AddedFunction[];

  constructor(module: ModuleIndex, needs: Needs) {
    this.#module = module;
    this.#needs = needs;
    this.#imports = [
      ...(needs.metered
        ? ([
            ["tick", TYPE.read],
            ["pause", TYPE.read],
          ] as const)
        : []),
      ...(needs.grown.length > 0 ? ([["may_grow", TYPE.ask]] as const) : []),
    ];
    this.#fuel = module.globals;
    this.#firstFunction = this.moved(module.importedFunctions.length + module.functionTypes.length);
    const around: Surroundings = {
      fuel: this.#fuel,
      stackPointer: needs.stackPointer,
      memories: module.memoryPages.length,
      call: (added) => this.#call(added),
      callImport: (name) => this.#callImport(name),
    };
    this.#functions = [
      ...(needs.metered ? countingFunctions(around) : []),
      ...needs.grown.map((memory) => growFunction(around, memory)),
    ];
  }

  get nothing(): boolean {
    return this.#functions.length === 0;
  }

  /** The index of a function once the added imports are in front of those that the module defines. */
  moved(index: number): number {
    return index < this.#module.importedFunctions.length ? index : index + this.#imports.length;
  }

  // ---- What goes into the code

  /** Takes units from the budget, by way of a local: reading the global again costs more. */
  spend(local: number, units: number): number[] {
    const fuel = unsigned(this.#fuel);
    const left = unsigned(local);
    return [
      ...[OP.globalGet, ...fuel, OP.i32Const, ...signed(units), OP.i32Sub, OP.localTee, ...left, OP.globalSet, ...fuel],
      ...[OP.localGet, ...left, OP.i32Const, 0, OP.i32LtS, OP.if, VOID_BLOCK, ...this.#call(ADDED.checkpoint), OP.end],
    ];
  }

  /** Takes a lot from the budget once the turns of the loops have counted one in a local. */
  loopTurn(local: number, units: number, lot: number): number[] {
    const counter = unsigned(local);
    return [
      ...[OP.localGet, ...counter, OP.i32Const, ...signed(units), OP.i32Add, OP.localTee, ...counter],
      ...[OP.i32Const, ...signed(lot), OP.i32GtU, OP.if, VOID_BLOCK],
      ...[OP.localGet, ...counter, ...this.#call(ADDED.lot), OP.i32Const, 0, OP.localSet, ...counter, OP.end],
    ];
  }

  /** Takes units from the budget, in little code. */
  spendByCall(units: number): number[] {
    return [OP.i32Const, ...signed(units), ...this.#call(ADDED.lot)];
  }

  /** Takes from the budget what the number on top of the stack says, and leaves it there. */
  bulk(): number[] {
    return this.#call(ADDED.bulk);
  }

  /** In place of memory.grow. */
  grow(memory: number): number[] {
    const before = this.#needs.metered ? COUNTING_FUNCTIONS : 0;
    return this.#call(before + this.#needs.grown.indexOf(memory));
  }

  // ---- What goes into the sections, without the number of elements in front

  get types(): { readonly count: number; readonly bytes: Bytes } {
    const bytes = TYPES.flatMap(({ params, results }) => [
      ...[FUNCTION_TYPE, ...unsigned(params.length), ...params],
      ...[...unsigned(results.length), ...results],
    ]);
    return { count: TYPES.length, bytes };
  }

  get imports(): { readonly count: number; readonly bytes: Bytes } {
    const bytes = this.#imports.flatMap(([function_, type]) => [
      ...[...name(METERING_MODULE), ...name(function_), FUNCTION_KIND, ...unsigned(this.#type(type))],
    ]);
    return { count: this.#imports.length, bytes };
  }

  get globals(): { readonly count: number; readonly bytes: Bytes } {
    if (!this.#needs.metered) return { count: 0, bytes: [] };
    return { count: 1, bytes: [I32, 1, OP.i32Const, 0, OP.end] };
  }

  /** Shows the host where the stack is, which tells an overflow from other accesses outside memory. */
  get exports(): { readonly count: number; readonly bytes: Bytes } {
    const { stackPointer } = this.#needs;
    if (stackPointer === undefined) return { count: 0, bytes: [] };
    return { count: 1, bytes: [...name(STACK_POINTER_EXPORT), GLOBAL_KIND, ...unsigned(stackPointer)] };
  }

  get functions(): { readonly count: number; readonly bytes: Bytes } {
    return { count: this.#functions.length, bytes: this.#functions.flatMap(({ type }) => unsigned(this.#type(type))) };
  }

  get code(): { readonly count: number; readonly bytes: Bytes } {
    return {
      count: this.#functions.length,
      bytes: joined(this.#functions.map(({ code }) => sized([0, ...code, OP.end]))),
    };
  }

  get names(): { readonly count: number; readonly bytes: Bytes } {
    const bytes = this.#functions.flatMap((_, at) => [...unsigned(this.#firstFunction + at), ...name(ADDED_NAME)]);
    return { count: this.#functions.length, bytes };
  }

  #call(added: number): number[] {
    return [OP.call, ...unsigned(this.#firstFunction + added)];
  }

  #callImport(function_: keyof typeof METERING): number[] {
    const at = this.#imports.findIndex(([each]) => each === function_);
    return [OP.call, ...unsigned(this.#module.importedFunctions.length + at)];
  }

  #type(type: number): number {
    return this.#module.parameters.length + type;
  }
}
