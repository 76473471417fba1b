/** What WebAssembly's own words for a trap leave out: what most likely caused it, as far as the runtime can tell. */
import { exitCodeOf } from "./exit-code.ts";

/** What is known of the guest that trapped. */
export interface Trapped {
  /** True if its memory could not grow in the turn that trapped. */
  readonly refusedMemory: boolean;
  readonly memoryMb: number;
  /** True if its stack in linear memory has left that memory. */
  readonly stackIsOut: boolean;
  /** What it wrote as warnings and errors in that turn. */
  readonly lastWords: string;
}

const DEEP = "Its stack is used up: a recursion without end, or too deep, or large local variables.";
const GAVE_UP = "It ended itself, as an abort or a panic does.";
/** What V8 says when its own stack is full. */
const CALLS_TOO_DEEP = "Maximum call stack size exceeded";
/** AssemblyScript's own check, which has no message. */
const STACK_CHECK = "~stack_check";

/** For the end of a trap's first line; empty if there is nothing to add. */
export function trapNotes(error: unknown, guest: Trapped): string {
  const { refusedMemory, memoryMb, lastWords } = guest;
  const notes = [
    ...(isStackOverflow(error, guest) ? [DEEP] : []),
    ...(refusedMemory ? [`It asked for more memory: its memory is limited to ${memoryMb} MiB, memory_mb.`] : []),
    ...(lastWords !== "" && (isUnreachable(error) || exitCodeOf(error) !== undefined) ? [`It said: ${lastWords}`] : []),
  ];
  const known = notes.length > 0 || !isUnreachable(error) ? notes : [GAVE_UP];
  return known.map((note) => ` (${note})`).join("");
}

function isStackOverflow(error: unknown, { stackIsOut }: Trapped): boolean {
  if (!(error instanceof Error)) return false;
  const isOut = stackIsOut && error instanceof WebAssembly.RuntimeError;
  return isOut || error.message.startsWith(CALLS_TOO_DEEP) || error.stack?.includes(STACK_CHECK) === true;
}

/** What compilers make of an abort, a panic and code that must not be reached. */
function isUnreachable(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError && error.message.startsWith("unreachable");
}
