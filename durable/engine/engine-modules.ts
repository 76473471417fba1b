/** The engine's own WebAssembly, compiled with the Worker: nobody compiles at run time. */
export interface EngineModules {
  /** `trampoline.wat`. */
  readonly trampoline: WebAssembly.Module;
  /** `fast-path.wat`. */
  readonly fastPath: WebAssembly.Module;
}
