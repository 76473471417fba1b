/**
 * Reads the body of a function: how much work each stretch of it is, and where it has to be changed.
 *
 * Invariants
 * 1. A stretch is the code that runs as often as a loop turns, or the function is entered; inner loops are stretches of
 *    their own.
 * 2. Sites are in the order of the code.
 */
import { ByteReader } from "./binary.ts";
import { isBulk, OP, opensBlock, skipImmediates, skipType } from "./instructions.ts";
import { SECTION, type ModuleIndex } from "./module-index.ts";
import { CALL_UNITS, hostCallUnits, UNKNOWN_CALL_UNITS } from "./weights.ts";

export interface Stretch {
  units: number;
  /** The functions of the module that it calls. */
  readonly callees: number[];
}

/** A place in the code that metering changes. */
export type Site =
  /** Here begins the body of a loop. */
  | { readonly kind: "loop"; readonly at: number; readonly stretch: Stretch }
  /** Here an instruction begins that works on as many elements as the top of the stack says. */
  | { readonly kind: "bulk"; readonly at: number }
  /** Here the host is called. */
  | { readonly kind: "host"; readonly at: number; readonly units: number; readonly index: number }
  /** A memory.grow. */
  | { readonly kind: "grow"; readonly from: number; readonly to: number; readonly memory: number }
  /** The index of a function. */
  | { readonly kind: "function"; readonly from: number; readonly to: number; readonly index: number };

export interface FunctionBody {
  readonly start: number;
  readonly end: number;
  /** Where the code begins, after the declarations of locals. */
  readonly code: number;
  /** The declarations of locals come in groups; the number of groups ends here. */
  readonly groupsAt: number;
  readonly groups: number;
  readonly locals: number;
  readonly entry: Stretch;
  readonly sites: readonly Site[];
  readonly loops: boolean;
  /** True if it calls by a table or a reference. */
  readonly callsUnknown: boolean;
}

/** Every function that the module defines, in order. */
export function readBodies(module: ModuleIndex): FunctionBody[] {
  const code = module.sections.find(({ id }) => id === SECTION.code);
  if (!code) return [];
  const reader = new ByteReader(module.bytes, code.start);
  const bodies: FunctionBody[] = [];
  reader.times(() => {
    const size = reader.unsigned();
    bodies.push(readBody(module, reader.at, reader.at + size));
    reader.skip(size);
  });
  return bodies;
}

export function readBody(module: ModuleIndex, start: number, end: number): FunctionBody {
  return new BodyReader(module, start, end).read();
}

class BodyReader {
  readonly #module: ModuleIndex;
  readonly #reader: ByteReader;
  readonly #start: number;
  readonly #end: number;
  readonly #sites: Site[] = [];
  readonly #entry: Stretch = { units: 0, callees: [] };
  /** The stretch of each block that is open, the innermost last. */
  readonly #open: Stretch[] = [this.#entry];
  #loops = false;
  #callsUnknown = false;

  constructor(module: ModuleIndex, start: number, end: number) {
    this.#module = module;
    this.#reader = new ByteReader(module.bytes, start);
    this.#start = start;
    this.#end = end;
  }

  read(): FunctionBody {
    const reader = this.#reader;
    const groups = reader.unsigned();
    const groupsAt = reader.at;
    const locals = this.#locals(groups);
    const code = reader.at;
    while (reader.at < this.#end) this.#instruction();
    return {
      ...{ start: this.#start, end: this.#end, code, groupsAt, groups, locals },
      ...{ entry: this.#entry, sites: this.#sites, loops: this.#loops, callsUnknown: this.#callsUnknown },
    };
  }

  #locals(groups: number): number {
    let locals = 0;
    for (let left = groups; left > 0; left -= 1) {
      locals += this.#reader.unsigned();
      skipType(this.#reader);
    }
    return locals;
  }

  get #stretch(): Stretch {
    return this.#open.at(-1) ?? this.#entry;
  }

  #instruction(): void {
    const reader = this.#reader;
    const at = reader.at;
    const opcode = reader.byte();
    const immediates = reader.at;
    this.#stretch.units += 1;
    const second = skipImmediates(reader, opcode);
    if (opensBlock(opcode)) this.#block(opcode);
    else if (opcode === OP.end || opcode === OP.delegate) this.#open.pop();
    else if (CALLS.has(opcode)) this.#call(at, opcode, immediates);
    else if (opcode === OP.refFunc) this.#functionIndex(immediates);
    else if (opcode === OP.memoryGrow) this.#grow(at, immediates);
    else if (isBulk(opcode, second)) this.#sites.push({ kind: "bulk", at });
  }

  #block(opcode: number): void {
    if (opcode !== OP.loop) return void this.#open.push(this.#stretch);
    const stretch: Stretch = { units: 0, callees: [] };
    this.#open.push(stretch);
    this.#loops = true;
    this.#sites.push({ kind: "loop", at: this.#reader.at, stretch });
  }

  #call(at: number, opcode: number, immediates: number): void {
    if (opcode !== OP.call && opcode !== OP.returnCall) {
      this.#callsUnknown = true;
      this.#stretch.units += UNKNOWN_CALL_UNITS;
      return;
    }
    const index = new ByteReader(this.#module.bytes, immediates).unsigned();
    const imported = this.#module.importedFunctions[index];
    if (imported) {
      this.#sites.push({ kind: "host", at, units: hostCallUnits(imported), index });
    } else {
      this.#stretch.units += CALL_UNITS;
      this.#stretch.callees.push(index);
    }
    this.#functionIndex(immediates);
  }

  #functionIndex(from: number): void {
    const index = new ByteReader(this.#module.bytes, from).unsigned();
    this.#sites.push({ kind: "function", from, to: this.#reader.at, index });
  }

  #grow(from: number, immediates: number): void {
    const memory = new ByteReader(this.#module.bytes, immediates).unsigned();
    this.#sites.push({ kind: "grow", from, to: this.#reader.at, memory });
  }
}

const CALLS: ReadonlySet<number> = new Set([
  ...[OP.call, OP.callIndirect, OP.callRef],
  ...[OP.returnCall, OP.returnCallIndirect, OP.returnCallRef],
]);
