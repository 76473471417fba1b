/** What a module holds, as far as metering needs to know: where its sections are, what its indices mean. */
import { ByteReader, UnknownEncoding } from "./binary.ts";
import { skipExpression, skipType } from "./instructions.ts";

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

export const HEADER_BYTES = 8;
export const PAGE_BYTES = 65_536;

export interface Section {
  readonly id: number;
  /** Of a custom section. */
  readonly name: string;
  /** Where its content begins and ends. */
  readonly start: number;
  readonly end: number;
}

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
}

export interface ModuleIndex {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  /** The number of parameters of each function type; 0 for other types. */
  readonly parameters: readonly number[];
  readonly importedFunctions: readonly ModuleImport[];
  /** The type of each function that the module defines. */
  readonly functionTypes: readonly number[];
  readonly globals: number;
  /** The globals that the module defines as mutable ones of the type i32. */
  readonly counters: ReadonlySet<number>;
  /** The pages that each memory starts with. */
  readonly memoryPages: readonly number[];
}

export function indexModule(bytes: Uint8Array): ModuleIndex {
  return new Indexer(bytes).run();
}

const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
const TYPE = { function: 0x60, struct: 0x5f, array: 0x5e, rec: 0x4e, sub: 0x50, subFinal: 0x4f } as const;
const I32 = 0x7f;
const LIMITS = { maximum: 1, shared: 2, is64: 4, pageSize: 8 } as const;

class Indexer {
  readonly #reader: ByteReader;
  readonly #sections: Section[] = [];
  readonly #parameters: number[] = [];
  readonly #importedFunctions: ModuleImport[] = [];
  readonly #functionTypes: number[] = [];
  readonly #memoryPages: number[] = [];
  readonly #counters = new Set<number>();
  #globals = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new ByteReader(bytes, HEADER_BYTES);
  }

  run(): ModuleIndex {
    const reader = this.#reader;
    while (reader.at < reader.bytes.length) this.#section();
    return {
      bytes: reader.bytes,
      sections: this.#sections,
      parameters: this.#parameters,
      importedFunctions: this.#importedFunctions,
      functionTypes: this.#functionTypes,
      globals: this.#globals,
      counters: this.#counters,
      memoryPages: this.#memoryPages,
    };
  }

  #section(): void {
    const reader = this.#reader;
    const id = reader.byte();
    const size = reader.unsigned();
    const start = reader.at;
    const end = start + size;
    const name = id === SECTION.custom ? reader.name() : "";
    this.#sections.push({ id, name, start, end });
    if (id === SECTION.type) reader.times(() => this.#recursiveTypes());
    if (id === SECTION.import) reader.times(() => this.#import());
    if (id === SECTION.function) reader.times(() => this.#functionTypes.push(reader.unsigned()));
    if (id === SECTION.memory) reader.times(() => this.#memoryPages.push(this.#limits()));
    if (id === SECTION.global) reader.times(() => this.#global());
    reader.at = end;
  }

  /** One type, or a group of types that refer to each other; each of them has an index. */
  #recursiveTypes(): void {
    const reader = this.#reader;
    if (reader.bytes[reader.at] !== TYPE.rec) return this.#subType();
    reader.skip(1);
    reader.times(() => this.#subType());
  }

  #subType(): void {
    const reader = this.#reader;
    let form = reader.byte();
    if (form === TYPE.sub || form === TYPE.subFinal) {
      reader.times(() => reader.skipNumber());
      form = reader.byte();
    }
    this.#parameters.push(form === TYPE.function ? reader.times(() => skipType(reader)) : 0);
    if (form === TYPE.function) reader.times(() => skipType(reader));
    else if (form === TYPE.struct) reader.times(() => this.#field());
    else if (form === TYPE.array) this.#field();
    else throw new UnknownEncoding(`it has a type of the form 0x${form.toString(16)}`);
  }

  #global(): void {
    const reader = this.#reader;
    const type = reader.bytes[reader.at];
    skipType(reader);
    if (reader.byte() === 1 && type === I32) this.#counters.add(this.#globals);
    this.#globals += 1;
    skipExpression(reader);
  }

  #field(): void {
    skipType(this.#reader);
    this.#reader.skip(1);
  }

  #import(): void {
    const reader = this.#reader;
    const module = reader.name();
    const name = reader.name();
    const kind = reader.byte();
    if (kind === KIND.function) this.#importedFunctions.push({ module, name });
    if (kind === KIND.global) this.#globals += 1;
    if (kind === KIND.table || kind === KIND.global) skipType(reader);
    if (kind === KIND.memory) this.#memoryPages.push(this.#limits());
    else if (kind === KIND.table) this.#limits();
    else if (kind === KIND.global) reader.skip(1);
    else if (kind === KIND.function) reader.skipNumber();
    else if (kind === KIND.tag) this.#tag();
    else throw new UnknownEncoding(`it imports something of the kind ${kind}`);
  }

  #tag(): void {
    this.#reader.skip(1);
    this.#reader.skipNumber();
  }

  /** Returns the least size. */
  #limits(): number {
    const reader = this.#reader;
    const flags = reader.byte();
    if ((flags & LIMITS.shared) !== 0) throw new UnknownEncoding("it has a memory that threads share");
    if ((flags & LIMITS.is64) !== 0) throw new UnknownEncoding("it has a memory or a table with 64-bit addresses");
    const least = reader.unsigned();
    if ((flags & LIMITS.maximum) !== 0) reader.skipNumber();
    if ((flags & LIMITS.pageSize) !== 0) throw new UnknownEncoding("it has a memory whose pages are not of 64 KiB");
    return least;
  }
}
