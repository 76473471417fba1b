/** Compiles WebAssembly in Node, which the types for Workers leave out because Workers may not. */
interface NodeWebAssembly {
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
}

/** The module, or what is wrong with the bytes. */
export async function compileWasm(bytes: Uint8Array): Promise<WebAssembly.Module | string> {
  const node = WebAssembly as unknown as NodeWebAssembly;
  return node.compile(bytes).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
}
