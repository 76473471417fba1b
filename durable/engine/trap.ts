/** Traps, as an atom's author reads them: what happened, and the guest's own frames, by the lines of its sources where they are known. */
import { REASON_BYTES_MAX } from "../core/limits.ts";
import { METERING_MODULE } from "./abi.ts";
import type { SourceLines, SourcePlace } from "./source-lines.ts";

const FRAMES_MAX = 24;
/** The runtime's own WebAssembly, below every `invoke` and above some host functions, by the names in its sources. */
const OWN_MODULES = /radon_trampoline|radon_fast_path/;
/** V8 keeps ten frames of a stack, its own of the runtime among them: too few of the guest's. */
Error.stackTraceLimit = Math.max(Error.stackTraceLimit, FRAMES_MAX + 8);

/**
 * The message of a trap with the place in the sources, a note about it if there is one, and its wasm stack, the runtime's own
 * frames left out.
 */
export function trapText(error: unknown, note = "", lines?: SourceLines): string {
  if (!(error instanceof Error)) return (thrownText(error) + note).slice(0, REASON_BYTES_MAX);
  const message = error.name === "GuestFault" ? error.message : `${error.name}: ${error.message}`;
  const guests = (error.stack ?? "").split("\n").filter(isGuestFrame);
  const frames = guests.slice(0, FRAMES_MAX).map((line) => frameOf(line, lines));
  const headline = message + placeText(frames, message) + note;
  const shown = frames.flatMap(frameTexts).slice(0, FRAMES_MAX);
  return [headline, ...counted(shown)].join("\n").slice(0, REASON_BYTES_MAX);
}

/** A function of the guest's on the stack. */
interface Frame {
  /** As the engine tells it. */
  readonly text: string;
  readonly name: string;
  /** Where it is, then what that was inlined into; empty if it is not known, undefined of a library's function. */
  readonly places: readonly SourcePlace[] | undefined;
}

const FRAME = /^at (?:(.*) )?\(?wasm-function\[\d+\]:0x([0-9a-f]+)\)?$/;

function frameOf(line: string, lines: SourceLines | undefined): Frame {
  const text = readable(line);
  const [, name = "", offset] = FRAME.exec(text) ?? [];
  return { text, name, places: offset === undefined ? undefined : lines?.at(Number.parseInt(offset, 16)) };
}

/** A line a function, those that were inlined too. */
function frameTexts({ text, name, places }: Frame): string[] {
  if (places === undefined || places.length === 0) return [`  ${text}`];
  const texts = places.map((place) => `  at ${`${place.name ?? name} (${shown(place)})`.trimStart()}`);
  // It was inlined into a library's function.
  return places.at(-1)?.name === undefined ? texts : [...texts, `  ${text}`];
}

function shown({ file, line }: SourcePlace): string {
  return `${file}:${line}`;
}

/** Where in the formula's sources it was, unless the message tells: what trapped may be a function of a library. */
function placeText(frames: readonly Frame[], message: string): string {
  const place = frames.find(({ places }) => places !== undefined)?.places?.[0];
  if (place === undefined) return "";
  const isTold = message.includes(`${place.file.replace(/^.*\//, "")}:${place.line}`);
  return isTold ? "" : ` (at ${shown(place)})`;
}

/** A recursion is one line, with how often it stands there. */
function counted(frames: readonly string[]): string[] {
  const lines: string[] = [];
  for (let from = 0; from < frames.length;) {
    const frame = frames[from] ?? "";
    const other = frames.findIndex((each, index) => index > from && each !== frame);
    const next = other < 0 ? frames.length : other;
    lines.push(next - from === 1 ? frame : `${frame}, ${next - from} times`);
    from = next;
  }
  return lines;
}

/** A guest throws WebAssembly exceptions, which are no JavaScript errors and say nothing of themselves. */
function thrownText(thrown: unknown): string {
  const { Exception } = WebAssembly as { readonly Exception?: new (...args: never[]) => object };
  const isException = Exception !== undefined && thrown instanceof Exception;
  return isException ? "The atom threw an exception that it did not catch." : String(thrown);
}

/** What stands between a Rust author's function and the trap of its panic: the headline says where that was. */
const PANIC_MACHINERY =
  /\b(?:radon::host::abort|radon::entry::make_readable|(?:std|core)::panicking::|std::sys(?:_common)?::backtrace|rust_panic|rust_begin_unwind|begin_panic_handler|__rust_)/;

function isGuestFrame(line: string): boolean {
  if (line.includes(METERING_MODULE) || OWN_MODULES.test(line) || PANIC_MACHINERY.test(line)) return false;
  return line.includes("wasm://") || line.includes("wasm-function");
}

/** What C++'s library calls itself is long, and nothing that its users write. */
const CPP_NAMES = [
  [/std::__\w+::/g, "std::"],
  [/std::basic_string<char, std::char_traits<char>, std::allocator<char> ?>/g, "std::string"],
  [/, std::allocator<[\w:]+ ?>(?= ?>)/g, ""],
] as const;

/** `at name (wasm://wasm/module-hash:wasm-function[3]:0x44)` without the address of the module. */
function readable(line: string): string {
  const frame = line.trim().replace(/wasm:\/\/wasm\/[^\s:]*:/, "");
  return CPP_NAMES.reduce((text, [long, short]) => text.replaceAll(long, short), frame);
}
