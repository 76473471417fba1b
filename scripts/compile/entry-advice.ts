/** How each language's SDK has the body of an atom written, for a module that has none. */
const ADVICE: Readonly<Record<string, string>> = {
  AssemblyScript: "Export the body of the atom: export function invoke(): void { ... }",
  C: "Write the body of the atom as RADON_INVOKE() { ... }, of <radon.h>; or a main, for a command.",
  "C++":
    "Write the body of the atom as RADON_REACTIVE(function), RADON_DAEMON(function) or RADON_INVOKE() { ... }, of <radon.hpp>; or a main, for a command.",
  Rust: "Name the body of the atom: radon::reactive!(function) or radon::daemon!(function).",
  Zig: "Name the body of the atom: comptime { radon.reactive(function); } or radon.daemon; or write a pub fn main, for a command.",
};

export function entryAdvice(language: string): string | undefined {
  return Object.hasOwn(ADVICE, language) ? ADVICE[language] : undefined;
}
