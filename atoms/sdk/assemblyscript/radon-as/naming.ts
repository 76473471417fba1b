/** Finding atoms by name and by alias, and giving this atom aliases. Patterns are RE2 and match whole names. */
import { naming_alias, naming_lookup, naming_resolve, naming_unalias } from "./abi";
import { at, encodeText, textOrNull } from "./bytes";
import { succeeded } from "./errors";

/** The scope of the atoms' own names. */
export const NAMES: string = "";
/** How many names `lookup` answers unless told otherwise. */
export const LOOKUP_LIMIT: i32 = 10_000;

/** The global name of any one atom of that name, this runtime's first; null if there is none. Blocks. */
export function resolve(name: string): string | null {
  const bytes = encodeText(name);
  return textOrNull(naming_resolve(at(bytes), bytes.byteLength, 0, 0));
}

/** The global names of all atoms with an alias in `scope` (in scope `NAMES`, a name) that matches. Blocks. */
export function lookup(scope: string, pattern: string, limit: i32 = LOOKUP_LIMIT): string[] | null {
  return find(scope, pattern, true, limit);
}

/** Any one of them; null if there is none. Blocks. */
export function lookupAny(scope: string, pattern: string): string | null {
  const names = find(scope, pattern, false, 1);
  return names && names.length > 0 ? names[0] : null;
}

/** Gives this atom an alias; it may have several in a scope. */
export function alias(scope: string, value: string): bool {
  const scopeBytes = encodeText(scope);
  const bytes = encodeText(value);
  return succeeded<i32>(naming_alias(at(scopeBytes), scopeBytes.byteLength, at(bytes), bytes.byteLength));
}

/** Takes an alias from this atom. */
export function unalias(scope: string, value: string): bool {
  const scopeBytes = encodeText(scope);
  const bytes = encodeText(value);
  return succeeded<i32>(naming_unalias(at(scopeBytes), scopeBytes.byteLength, at(bytes), bytes.byteLength));
}

/** A pattern that matches this text and no other. */
export function exactly(text: string): string {
  let pattern = "";
  for (let i = 0; i < text.length; i++) {
    if ("\\.+*?()|[]{}^$".includes(text.charAt(i))) pattern += "\\";
    pattern += text.charAt(i);
  }
  return pattern;
}

function find(scope: string, pattern: string, all: bool, limit: i32): string[] | null {
  const scopeBytes = encodeText(scope);
  const bytes = encodeText(pattern);
  const text = textOrNull(
    naming_lookup(at(scopeBytes), scopeBytes.byteLength, at(bytes), bytes.byteLength, all ? 1 : 0, limit, 0, 0),
  );
  if (text === null) return null;
  return text.length > 0 ? text.trimEnd().split("\n") : [];
}
