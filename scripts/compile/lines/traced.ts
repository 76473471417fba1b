/** Takes what a compiler tells of the sources out of the module: the lines are kept, the rest is megabytes in C's and Rust's libraries. */
import type { Compiled } from "../compiler.ts";
import { withoutDebugSections } from "../debug-sections.ts";
import { UnknownEncoding } from "../metering/binary.ts";
import { isValidWasm } from "../wasm-module.ts";
import { linesOfDwarf } from "./dwarf/lines-of-dwarf.ts";
import type { OwnFile } from "./own-files.ts";

/** What is no valid module is left as it is: the checks that follow say why it is none. */
export function traced(compiled: Compiled, ownFile: OwnFile): Compiled {
  if (!compiled.ok || !isValidWasm(compiled.wasm)) return compiled;
  const wasm = withoutDebugSections(compiled.wasm);
  try {
    return { ...compiled, wasm, lines: compiled.lines ?? linesOfDwarf(compiled.wasm, wasm, ownFile) };
  } catch (error) {
    // What metering does not know it refuses, with a better message.
    if (error instanceof UnknownEncoding) return { ...compiled, wasm, lines: undefined };
    throw error;
  }
}
