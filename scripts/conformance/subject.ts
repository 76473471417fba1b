/** A module that is checked: its bytes, read once for all rules. */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { didYouMean } from "../../durable/core/suggest.ts";
import { grantsFor, WASI_MODULE } from "../../durable/engine/abi.ts";
import { WASI_AT_WORK } from "../../durable/engine/imports/wasi.ts";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { indexModule, PAGE_BYTES, SECTION, type ModuleIndex } from "../compile/metering/module-index.ts";
import { UnknownEncoding } from "../compile/metering/binary.ts";
import { compileWasm } from "../compile/wasm-module.ts";
import { assembleWat } from "../compile/wat.ts";
import { readdirSync } from "node:fs";

export interface Subject {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** What is wrong with it as WebAssembly, if it is none. */
  readonly module: WebAssembly.Module | string;
  /** What its sections hold, or what in them is not known here. */
  readonly index: ModuleIndex | string;
}

/** Reads a .wasm file, or a .wat file, which is assembled. */
export async function readSubject(file: string): Promise<Subject> {
  const bytes = await readBytes(file);
  const module = await compileWasm(bytes);
  return { file, bytes, module, index: typeof module === "string" ? module : indexOf(bytes) };
}

async function readBytes(file: string): Promise<Uint8Array> {
  if (!existsSync(file)) throw noFile(file);
  const extension = statSync(file).isDirectory() ? "a folder" : path.extname(file).toLowerCase();
  if (extension === ".wasm") return new Uint8Array(readFileSync(file));
  if (extension !== ".wat")
    throw new CommandError(
      `${file} is no .wasm or .wat file: compile it first, and name what the compiler wrote.`,
      EXIT.usage,
    );
  try {
    return await assembleWat(file, file);
  } catch (error) {
    throw new CommandError(
      `${file} does not assemble: ${error instanceof Error ? error.message.trim() : String(error)}`,
      EXIT.input,
    );
  }
}

function noFile(file: string): CommandError {
  const folder = path.dirname(path.resolve(file));
  const siblings = existsSync(folder) ? readdirSync(folder) : [];
  return new CommandError(`There is no ${file}.${didYouMean(path.basename(file), siblings)}`, EXIT.usage);
}

function indexOf(bytes: Uint8Array): ModuleIndex | string {
  try {
    return indexModule(bytes);
  } catch (error) {
    if (error instanceof UnknownEncoding) return error.message;
    throw error;
  }
}

// ---- What the rules and the report ask about it

type Valid = WebAssembly.Module;

export function importNames(module: Valid): string[] {
  return WebAssembly.Module.imports(module).map((each) => `${each.module}.${each.name}`);
}

export function exportNames(module: Valid): ReadonlySet<string> {
  return new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
}

/** The capabilities that it needs; of several that would do, the smallest. */
export function neededGrants(module: Valid): string[] {
  const needed = WebAssembly.Module.imports(module).flatMap((each) => grantsFor(each.module, each.name)[0] ?? []);
  return [...new Set(needed)].sort();
}

export function wasiFunctions(module: Valid): {
  readonly working: readonly string[];
  readonly enosys: readonly string[];
} {
  const names = WebAssembly.Module.imports(module).flatMap((each) => (each.module === WASI_MODULE ? [each.name] : []));
  const [working, enosys] = [true, false].map((works) => names.filter((name) => WASI_AT_WORK.includes(name) === works));
  return { working: working ?? [], enosys: enosys ?? [] };
}

export function hasStartSection(index: ModuleIndex): boolean {
  return index.sections.some(({ id }) => id === SECTION.start);
}

export function startingBytes(index: ModuleIndex): number {
  return index.memoryPages.reduce((sum, pages) => sum + pages * PAGE_BYTES, 0);
}

export interface Size {
  readonly bytes: number;
  readonly gzipped: number;
}

export function sizeOf({ bytes }: Subject): Size {
  return { bytes: bytes.length, gzipped: gzipSync(bytes).length };
}
