/**
 * Reads the signatures of a module's imported and exported functions from its bytes: WebAssembly's JavaScript interface tells
 * names and kinds, not types. Only the sections for types, imports, functions and exports are read.
 *
 * Invariants
 * 1. The bytes have been compiled before, so they are well formed; what this reader does not know (types of the garbage
 *    collection proposal, for one) makes a signature undefined, never wrong.
 */
import { BinaryReader } from "./binary-reader.ts";

export interface Signature {
  readonly params: readonly string[];
  readonly results: readonly string[];
}

export interface Signatures {
  /** By `module` and then `name`. */
  readonly imports: ReadonlyMap<string, ReadonlyMap<string, Signature | undefined>>;
  readonly exports: ReadonlyMap<string, Signature | undefined>;
}

const SECTION = { type: 1, import: 2, function: 3, export: 7 } as const;
const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
const FUNCTION_TYPE = 0x60;
const HEADER_BYTES = 8;

const VALUE_TYPES: Readonly<Record<number, string>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
  0x70: "funcref",
  0x6f: "externref",
};

/** The signatures, or undefined where the module uses an encoding that this reader does not know. */
export function readSignatures(bytes: Uint8Array): Signatures | undefined {
  try {
    return new SignatureReader(bytes).read();
  } catch (error) {
    if (error instanceof UnknownEncoding) return undefined;
    throw error;
  }
}

class UnknownEncoding extends Error {}

class SignatureReader extends BinaryReader {
  readonly #types: Signature[] = [];
  /** The type of each function, imported ones first. */
  readonly #functions: number[] = [];
  readonly #imports = new Map<string, Map<string, Signature | undefined>>();
  readonly #exports = new Map<string, Signature | undefined>();

  constructor(bytes: Uint8Array) {
    super(bytes, HEADER_BYTES);
  }

  protected override cutOff(): Error {
    return new UnknownEncoding();
  }

  read(): Signatures {
    while (this.at < this.bytes.length) {
      const section = this.byte();
      const end = this.unsigned() + this.at;
      if (section === SECTION.type) this.times(() => this.#types.push(this.#functionType()));
      if (section === SECTION.import) this.times(() => this.#import());
      if (section === SECTION.function) this.times(() => this.#functions.push(this.unsigned()));
      if (section === SECTION.export) this.times(() => this.#export());
      this.at = end;
    }
    return { imports: this.#imports, exports: this.#exports };
  }

  #functionType(): Signature {
    if (this.byte() !== FUNCTION_TYPE) throw new UnknownEncoding();
    return { params: this.#valueTypes(), results: this.#valueTypes() };
  }

  #valueTypes(): string[] {
    const types: string[] = [];
    this.times(() => types.push(this.#valueType()));
    return types;
  }

  #valueType(): string {
    const type = VALUE_TYPES[this.byte()];
    if (type === undefined) throw new UnknownEncoding();
    return type;
  }

  #import(): void {
    const module = this.name();
    const name = this.name();
    const kind = this.byte();
    if (kind === KIND.function) {
      const type = this.unsigned();
      this.#functions.push(type);
      const names = this.#imports.get(module) ?? new Map<string, Signature | undefined>();
      this.#imports.set(module, names.set(name, this.#types[type]));
    } else this.#skipImportType(kind);
  }

  #skipImportType(kind: number): void {
    if (kind === KIND.table || kind === KIND.global) this.#valueType();
    if (kind === KIND.table || kind === KIND.memory) this.#limits();
    else if (kind === KIND.global) this.byte();
    else throw new UnknownEncoding();
  }

  /** Bit 0: has a maximum; bit 3: has a page size. */
  #limits(): void {
    const flags = this.byte();
    for (const present of [true, (flags & 1) !== 0, (flags & 8) !== 0]) if (present) this.unsigned();
  }

  #export(): void {
    const name = this.name();
    const kind = this.byte();
    const index = this.unsigned();
    if (kind === KIND.function) this.#exports.set(name, this.#types[this.#functions[index] ?? -1]);
  }
}
