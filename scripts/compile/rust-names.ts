/** The names of functions as a Rust author writes them: a trap shows `probe::plain::index`, not `_ZN5probe5plain5index17h6015b5f4a0aa5a90E`. */
import { ByteReader, joined, name, sized, unsigned, type Bytes } from "./metering/binary.ts";

const HEADER_BYTES = 8;
const CUSTOM = 0;
const NAME_SECTION = "name";
const FUNCTION_NAMES = 1;

/** The module with its function names demangled; it is the same otherwise. */
export function withReadableNames(wasm: Uint8Array): Uint8Array {
  const reader = new ByteReader(wasm, HEADER_BYTES);
  const parts: Bytes[] = [wasm.subarray(0, HEADER_BYTES)];
  while (reader.at < wasm.length) {
    const from = reader.at;
    const id = reader.byte();
    const size = reader.unsigned();
    const content = wasm.subarray(reader.at, reader.at + size);
    reader.skip(size);
    parts.push(
      isNameSection(id, content) ? joined([[CUSTOM], sized(renamed(content))]) : wasm.subarray(from, reader.at),
    );
  }
  return Uint8Array.from(joined(parts));
}

function isNameSection(id: number, content: Uint8Array): boolean {
  return id === CUSTOM && new ByteReader(content).name() === NAME_SECTION;
}

function renamed(section: Uint8Array): Bytes {
  const reader = new ByteReader(section);
  const parts: Bytes[] = [name(reader.name())];
  while (reader.at < section.length) {
    const id = reader.byte();
    const size = reader.unsigned();
    const content = section.subarray(reader.at, reader.at + size);
    reader.skip(size);
    parts.push([id], sized(id === FUNCTION_NAMES ? renamedFunctions(content) : content));
  }
  return joined(parts);
}

function renamedFunctions(content: Uint8Array): Bytes {
  const reader = new ByteReader(content);
  const entries: Bytes[] = [];
  const count = reader.times(() => entries.push(unsigned(reader.unsigned()), name(demangled(reader.name()))));
  return joined([unsigned(count), ...entries]);
}

const ESCAPES: Readonly<Record<string, string>> = {
  SP: "@",
  BP: "*",
  RF: "&",
  LT: "<",
  GT: ">",
  LP: "(",
  RP: ")",
  C: ",",
};

/** The path that rustc's own mangling stands for, without its hash. Names that are mangled otherwise, or not at all, stay. */
export function demangled(symbol: string): string {
  if (!symbol.startsWith("_ZN")) return symbol;
  const parts: string[] = [];
  let rest = symbol.slice(3);
  for (let length = leadingNumber(rest); length !== undefined; length = leadingNumber(rest)) {
    const start = String(length).length;
    parts.push(rest.slice(start, start + length));
    rest = rest.slice(start + length);
  }
  const hash = parts.pop();
  if (!rest.startsWith("E") || hash === undefined || !/^h[0-9a-f]{16}$/.test(hash)) return symbol;
  return parts.map(readable).join("::");
}

function leadingNumber(text: string): number | undefined {
  const digits = /^[1-9]\d*/.exec(text)?.[0];
  return digits === undefined ? undefined : Number(digits);
}

function readable(part: string): string {
  return part
    .replace(/^_\$/, "$")
    .replaceAll("..", "::")
    .replaceAll(/\$(\w+)\$/g, (escape, code: string) => {
      const hex = /^u([0-9a-f]{1,5})$/.exec(code)?.[1];
      return hex === undefined ? (ESCAPES[code] ?? escape) : String.fromCodePoint(Number.parseInt(hex, 16));
    });
}
