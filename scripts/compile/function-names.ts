/** The names of functions in a module's name section, which the texts of traps show. */
import { ByteReader, joined, name, sized, unsigned, type Bytes } from "./metering/binary.ts";
import { HEADER_BYTES, SECTION, type ModuleIndex, type Section } from "./metering/module-index.ts";
import { NAME_SECTION, unlessUnreadable } from "./metering/name-section.ts";

const FUNCTION_NAMES = 1;

/** By the indices of the functions; of those that have names. */
export function functionNames({ bytes, sections }: ModuleIndex): ReadonlyMap<number, string> {
  const section = sections.find(({ name: each }) => each === NAME_SECTION);
  return (section && unlessUnreadable(() => namesIn(bytes, section))) ?? new Map<number, string>();
}

function namesIn(bytes: Uint8Array, section: Section): Map<number, string> {
  const names = new Map<number, string>();
  const reader = new ByteReader(bytes, section.start);
  reader.name();
  while (reader.at < section.end) {
    const id = reader.byte();
    const end = reader.unsigned() + reader.at;
    if (id === FUNCTION_NAMES) reader.times(() => names.set(reader.unsigned(), reader.name()));
    reader.at = end;
  }
  return names;
}

/** A function's other name. */
export type Rename = (name: string, index: number) => string;

/** The module with other names for its functions; it is the same otherwise, and altogether if its names cannot be read. */
export function withFunctionNames(wasm: Uint8Array, rename: Rename): Uint8Array {
  const reader = new ByteReader(wasm, HEADER_BYTES);
  const parts: Bytes[] = [wasm.subarray(0, HEADER_BYTES)];
  while (reader.at < wasm.length) {
    const from = reader.at;
    const id = reader.byte();
    const size = reader.unsigned();
    const content = wasm.subarray(reader.at, reader.at + size);
    reader.skip(size);
    const names = isNameSection(id, content) ? unlessUnreadable(() => renamed(content, rename)) : undefined;
    parts.push(names === undefined ? wasm.subarray(from, reader.at) : joined([[SECTION.custom], sized(names)]));
  }
  return Uint8Array.from(joined(parts));
}

function isNameSection(id: number, content: Uint8Array): boolean {
  return id === SECTION.custom && new ByteReader(content).name() === NAME_SECTION;
}

function renamed(section: Uint8Array, rename: Rename): Bytes {
  const reader = new ByteReader(section);
  const parts: Bytes[] = [name(reader.name())];
  while (reader.at < section.length) {
    const id = reader.byte();
    const size = reader.unsigned();
    const content = section.subarray(reader.at, reader.at + size);
    reader.skip(size);
    parts.push([id], sized(id === FUNCTION_NAMES ? renamedFunctions(content, rename) : content));
  }
  return joined(parts);
}

function renamedFunctions(content: Uint8Array, rename: Rename): Bytes {
  const reader = new ByteReader(content);
  const entries: Bytes[] = [];
  const count = reader.times(() => {
    const index = reader.unsigned();
    entries.push(unsigned(index), name(rename(reader.name(), index)));
  });
  return joined([unsigned(count), ...entries]);
}
