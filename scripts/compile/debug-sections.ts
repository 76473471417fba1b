/** Takes debugging data out of compiled modules: the standard libraries of C and Rust bring megabytes of it. Names stay. */
import { BinaryReader } from "../../durable/engine/binary-reader.ts";

const HEADER_BYTES = 8;
const CUSTOM = 0;

/** The module without its `.debug_*` sections. */
export function withoutDebugSections(wasm: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [wasm.subarray(0, HEADER_BYTES)];
  const reader = new BinaryReader(wasm, HEADER_BYTES);
  while (reader.at < wasm.length) {
    const start = reader.at;
    const id = reader.byte();
    const end = reader.unsigned() + reader.at;
    if (id !== CUSTOM || !reader.name().startsWith(".debug_")) kept.push(wasm.subarray(start, end));
    reader.at = end;
  }
  return Uint8Array.from(Buffer.concat(kept));
}
