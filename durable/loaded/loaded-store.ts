/** Where an atom's object keeps what was loaded into it: beside the atom's own tables, as a record and the module in parts. */
import type { LoadedAtom, LoadPhase } from "../core/loaded-atom.ts";

const RECORD = "loaded";
const PART = "loaded-module-";
/** A value of the storage takes 2 MB. */
const PART_BYTES = 1024 * 1024;

export interface LoadedRecord extends LoadedAtom {
  readonly phase: LoadPhase;
  /** Another one for each time that something is loaded, for the cache of loaded Workers. */
  readonly stamp: string;
  readonly moduleBytes: number;
}

export class LoadedStore {
  readonly #storage: DurableObjectStorage;
  #record: LoadedRecord | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#record = storage.kv.get<LoadedRecord>(RECORD);
  }

  get record(): LoadedRecord | undefined {
    return this.#record;
  }

  module({ moduleBytes }: LoadedRecord): Uint8Array<ArrayBuffer> {
    const module = new Uint8Array(moduleBytes);
    for (let at = 0; at < moduleBytes; at += PART_BYTES) {
      const part = this.#storage.kv.get<Uint8Array>(partAt(at));
      if (part === undefined) throw new Error("A part of the loaded module is missing.");
      module.set(part, at);
    }
    return module;
  }

  /** Replaces what is there. */
  put(record: LoadedRecord, module: Uint8Array): void {
    this.#storage.transactionSync(() => {
      this.#dropParts();
      for (let at = 0; at < module.length; at += PART_BYTES)
        this.#storage.kv.put(partAt(at), module.slice(at, at + PART_BYTES));
      this.#storage.kv.put(RECORD, record);
    });
    this.#record = record;
  }

  setPhase(phase: LoadPhase): void {
    if (this.#record === undefined) return;
    this.#record = { ...this.#record, phase };
    this.#storage.kv.put(RECORD, this.#record);
  }

  drop(): void {
    this.#storage.transactionSync(() => {
      this.#dropParts();
      this.#storage.kv.delete(RECORD);
    });
    this.#record = undefined;
  }

  #dropParts(): void {
    const bytes = this.#record?.moduleBytes ?? 0;
    for (let at = 0; at < bytes; at += PART_BYTES) this.#storage.kv.delete(partAt(at));
  }
}

function partAt(at: number): string {
  return PART + String(at / PART_BYTES);
}
