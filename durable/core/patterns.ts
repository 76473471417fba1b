/**
 * Patterns over names and aliases: RE2 regular expressions, matched in linear time whatever their writer intended. It
 * is the one place that knows the RE2 library; it knows nothing of names.
 *
 * Invariants
 * 1. A pattern matches a text only if it matches the whole of it.
 * 2. No pattern ever reaches the backtracking engine of JavaScript: time grows linearly with the text.
 * 3. A pattern is bounded in length, in program size and in the memory that matching it may keep.
 * 4. A text that matches starts with `prefix`; if `literal`, it is `prefix`.
 * 5. A bad pattern is a Failure that says what is wrong with it and where.
 */
import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";
import { failure, type Failure } from "./errors.ts";
import { explainPattern } from "./pattern-errors.ts";

export const PATTERN_CHARACTERS_MAX = 1_024;
export const PROGRAM_INSTRUCTIONS_MAX = 500;
export const PATTERNS_CACHED_MAX = 64;
/** The engine makes states while it matches: past this many they are dropped, as a hostile pattern makes one a character. */
const STATES_MAX = 1_000;
/** What a pattern may keep between two lookups. */
const STATES_KEPT_MAX = 64;

export class Pattern {
  readonly source: string;
  readonly prefix: string;
  readonly literal: boolean;
  /** The steps that matching one character can take at worst. */
  readonly instructions: number;
  #program: RE2JS;

  constructor(source: string, program: RE2JS) {
    const parsed = program.re2();
    this.source = source;
    this.prefix = String(parsed.prefix);
    this.literal = parsed.prefixComplete;
    this.instructions = program.programSize();
    this.#program = program;
  }

  matches(text: string): boolean {
    if (this.literal) return text === this.prefix;
    if (!text.startsWith(this.prefix)) return false;
    this.#dropStatesOver(STATES_MAX);
    return this.#program.testExact(text);
  }

  /** To be called when a lookup is done: gives back the memory that it took. */
  release(): void {
    this.#dropStatesOver(STATES_KEPT_MAX);
  }

  /** The library has no way to drop a program's states, so the program is made anew; it takes a millisecond at most. */
  #dropStatesOver(limit: number): void {
    const automaton: { readonly stateCount: number } | null = this.#program.re2().lazyDFA;
    if (automaton !== null && automaton.stateCount > limit) this.#program = RE2JS.compile(this.#program.pattern());
  }
}

/** Reads a pattern, or says what is wrong with it. */
export function compilePattern(source: string): Pattern | Failure {
  if (source.length > PATTERN_CHARACTERS_MAX) {
    return failure("INVALID", `The pattern has ${source.length} characters; it may have ${PATTERN_CHARACTERS_MAX}.`);
  }
  const program = parse(source);
  if (!(program instanceof RE2JS)) return program;
  const pattern = new Pattern(source, program);
  return pattern.instructions <= PROGRAM_INSTRUCTIONS_MAX ? pattern : tooLarge(pattern);
}

function parse(source: string): RE2JS | Failure {
  try {
    // The source is parsed as it stands first, so that an error is about what was written.
    const program = RE2JS.compile(source);
    const unanchored = withoutStartAnchor(source);
    return unanchored === source ? program : RE2JS.compile(unanchored);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) {
      return failure("INVALID", explainPattern(source, error.error, error.input));
    }
    if (error instanceof RE2JSException) return failure("INVALID", `The pattern cannot be used: ${error.message}.`);
    throw error;
  }
}

/**
 * A leading `^` says nothing in a pattern for the whole name, but hides the literal prefix behind it from the library.
 * It stays where an operator repeats it.
 */
function withoutStartAnchor(source: string): string {
  if (!source.startsWith("^") || "*+?{".includes(source[1] ?? "*")) return source;
  return source.slice(1);
}

function tooLarge(pattern: Pattern): Failure {
  const reason = `The pattern compiles to ${pattern.instructions} instructions; it may have ${PROGRAM_INSTRUCTIONS_MAX}. Repeat less.`;
  return failure("INVALID", reason);
}

/** Compiled patterns, the least recently used one forgotten first. Failures are not kept: they are cheap to find again. */
export class PatternCache {
  readonly #patterns = new Map<string, Pattern>();
  readonly #size: number;

  constructor(size: number = PATTERNS_CACHED_MAX) {
    this.#size = size;
  }

  get size(): number {
    return this.#patterns.size;
  }

  get(source: string): Pattern | Failure {
    const cached = this.#patterns.get(source);
    const pattern = cached ?? compilePattern(source);
    if (!(pattern instanceof Pattern)) return pattern;
    this.#patterns.delete(source);
    this.#patterns.set(source, pattern);
    if (this.#patterns.size > this.#size) this.#forgetOldest();
    return pattern;
  }

  #forgetOldest(): void {
    for (const source of this.#patterns.keys()) {
      this.#patterns.delete(source);
      return;
    }
  }
}
