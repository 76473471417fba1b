/** Compiles WebAssembly in Node, which the types for Workers leave out because Workers may not. */
interface NodeWebAssembly {
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
  validate(bytes: Uint8Array): boolean;
}
const node = WebAssembly as unknown as NodeWebAssembly;

export function isValidWasm(bytes: Uint8Array): boolean {
  return node.validate(bytes);
}

/** The module, or what is wrong with the bytes. */
export async function compileWasm(bytes: Uint8Array): Promise<WebAssembly.Module | string> {
  if (bytes.length === 0) return "it is empty";
  return node.compile(bytes).catch((error: unknown) => (error instanceof Error ? reasonOf(error) : String(error)));
}

/** Without the name of the function that found it. */
function reasonOf({ message }: Error): string {
  return message.replace(/^WebAssembly\.compile\(\): /, "");
}
