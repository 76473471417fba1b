/** How Node runs binaryen, which is WebAssembly itself: as a program of its own, and inside AssemblyScript's compiler. */

/**
 * A run takes a second or two, in which V8 would spend more on compiling binaryen a second time, for speed, than that saves:
 * without it a small module takes half the time, and one of 600 KB is optimized no later.
 */
export const BINARYEN_ARGS: readonly string[] = ["--liftoff-only"];
