/** Test atoms from text format, metered as a build meters them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import wabt from "wabt";
import { meterModule } from "../../scripts/compile/metering/meter.ts";

const assembler = await wabt();
const features = { exceptions: true, bulk_memory: true, reference_types: true, multi_value: true, multi_memory: true };

/** The platform's types leave out the constructor, which Workers forbid and Node has. */
const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;

/** The binary of a module, its functions' names kept. */
export function assemble(text: string, name = "atom.wat"): Uint8Array<ArrayBuffer> {
  const parsed = assembler.parseWat(name, text, features);
  const { buffer } = parsed.toBinary({ write_debug_names: true });
  parsed.destroy();
  return new Uint8Array(buffer);
}

export function compile(bytes: Uint8Array, metered = true): WebAssembly.Module {
  const result = meterModule(bytes, metered);
  if (!result.ok) throw new Error(result.message);
  return new Module(result.wasm);
}

export function wat(text: string, metered = true): WebAssembly.Module {
  return compile(assemble(text), metered);
}

/** What the bundle of an application holds beside its modules, which is the runtime's own: it is not metered. */
export const engine = {
  trampoline: new Module(assembleFile("../../durable/engine/trampoline.wat", import.meta.url)),
  fastPath: new Module(assembleFile("../../durable/engine/fast-path.wat", import.meta.url)),
};

/** The binary of a text file, its path relative to the module `from` (an `import.meta.url`). */
export function assembleFile(path: string, from: string): Uint8Array<ArrayBuffer> {
  return assemble(readFileSync(fileURLToPath(new URL(path, from).href), "utf8"), path);
}
