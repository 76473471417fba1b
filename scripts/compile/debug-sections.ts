/** Takes debugging data out of compiled modules: the standard libraries of C and Rust bring megabytes of it. Names stay. */
const HEADER_BYTES = 8;
const CUSTOM = 0;

/** The module without its `.debug_*` sections. */
export function withoutDebugSections(wasm: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [wasm.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at < wasm.length;) {
    const { value: size, next } = unsigned(wasm, at + 1);
    const end = next + size;
    if (!isDebug(wasm, at, next)) kept.push(wasm.subarray(at, end));
    at = end;
  }
  return Uint8Array.from(Buffer.concat(kept));
}

function isDebug(wasm: Uint8Array, section: number, content: number): boolean {
  if (wasm[section] !== CUSTOM) return false;
  const { value: length, next } = unsigned(wasm, content);
  return new TextDecoder().decode(wasm.subarray(next, next + length)).startsWith(".debug_");
}

/** An unsigned LEB128 number. */
function unsigned(wasm: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let next = at;
  for (let factor = 1; ; factor *= 128) {
    const byte = wasm[next] ?? 0;
    next += 1;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, next };
  }
}
