/**
 * Names of runtimes and atoms. Branded types: made once, at the edge, by the validators here, and trusted everywhere else.
 *
 * Invariants
 * 1. A runtime or atom name is 1 to 128 of `A-Z a-z 0-9 . _ -`.
 * 2. A global name is `runtime/atom`.
 */
import { failure, type Failure } from "./errors.ts";

declare const brand: unique symbol;
export type RuntimeName = string & { readonly [brand]: "runtime" };
export type AtomName = string & { readonly [brand]: "atom" };
/** `runtime/atom`. */
export type GlobalName = string & { readonly [brand]: "global" };

export const NAME_LENGTH_MAX = 128;
const NAME = /^[A-Za-z0-9._-]{1,128}$/;
const NAME_RULE = `1 to ${NAME_LENGTH_MAX} of A-Z a-z 0-9 . _ -`;

/** True if `text` may name a runtime or an atom. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** A runtime's name, or what is wrong with it. */
export function parseRuntimeName(text: string): RuntimeName | Failure {
  return isName(text)
    ? (text as RuntimeName)
    : failure("INVALID", `"${shown(text)}" is no runtime name: it takes ${NAME_RULE}.`);
}

/** An atom's name, or what is wrong with it. */
export function parseAtomName(text: string): AtomName | Failure {
  return isName(text)
    ? (text as AtomName)
    : failure("INVALID", `"${shown(text)}" is no atom name: it takes ${NAME_RULE}.`);
}

/** A destination as a guest writes it: a global name, or a bare atom name. */
export type Destination =
  { readonly kind: "global"; readonly name: GlobalName } | { readonly kind: "bare"; readonly name: AtomName };

/** Reads a destination: `runtime/atom` or `atom`. */
export function parseDestination(text: string): Destination | Failure {
  const slash = text.indexOf("/");
  if (slash < 0) {
    const name = parseAtomName(text);
    return typeof name === "string" ? { kind: "bare", name } : name;
  }
  const valid = isName(text.slice(0, slash)) && isName(text.slice(slash + 1));
  if (!valid) return failure("INVALID", `"${shown(text)}" is no global name: it is runtime/atom, each ${NAME_RULE}.`);
  return { kind: "global", name: text as GlobalName };
}

export function globalName(runtime: RuntimeName, atom: AtomName): GlobalName {
  return `${runtime}/${atom}` as GlobalName;
}

/** The two parts of a global name. */
export function splitGlobalName(name: GlobalName): { readonly runtime: RuntimeName; readonly atom: AtomName } {
  const slash = name.indexOf("/");
  return { runtime: name.slice(0, slash) as RuntimeName, atom: name.slice(slash + 1) as AtomName };
}

/** A name as an error shows it: never more than a line. */
function shown(text: string): string {
  const line = text.replace(/[^\x20-\x7e]/g, "?");
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
