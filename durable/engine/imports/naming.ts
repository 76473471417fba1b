/** `radon:naming`: finding atoms, and being found. */
import { utf8 } from "../../core/bytes.ts";
import { failure, type Failure } from "../../core/errors.ts";
import { LOOKUP_NAMES_MAX } from "../../core/lookup.ts";
import { parseDestination } from "../../core/names.ts";
import type { Implementations } from "../abi.ts";
import type { Guest } from "../guest.ts";

export function namingImports(guest: Guest): Implementations<"radon:naming"> {
  const { atom, host } = guest;
  const changeAlias = (
    kind: "add" | "remove",
    scopePtr: number,
    scopeLen: number,
    valuePtr: number,
    valueLen: number,
  ) => {
    const scope = guest.memory.readText(scopePtr, scopeLen);
    const value = guest.memory.readText(valuePtr, valueLen);
    if (scope === undefined || value === undefined) return guest.fail(notUtf8());
    return guest.done(atom.changeAlias(kind, scope, value));
  };
  return {
    resolve: async (namePtr, nameLen, ptr, cap) => {
      guest.memory.check(ptr, cap);
      const text = guest.memory.readText(namePtr, nameLen);
      if (text === undefined) return guest.fail(notUtf8());
      const destination = parseDestination(text);
      if ("code" in destination) return guest.fail(destination);
      const found = await guest.blockOn(() => host.resolve(destination));
      return typeof found === "string" ? guest.out(utf8(found), ptr, cap) : guest.fail(found);
    },
    lookup: async (scopePtr, scopeLen, patternPtr, patternLen, all, limit, ptr, cap) => {
      guest.memory.check(ptr, cap);
      const scope = guest.memory.readText(scopePtr, scopeLen);
      const pattern = guest.memory.readText(patternPtr, patternLen);
      if (scope === undefined || pattern === undefined) return guest.fail(notUtf8());
      const most = limit <= 0 ? LOOKUP_NAMES_MAX : Math.min(limit, LOOKUP_NAMES_MAX);
      const found = await guest.blockOn(() =>
        host.lookup({ mode: all === 0 ? "any" : "all", scope, pattern, limit: most }),
      );
      if ("code" in found) return guest.fail(found);
      if (found.length === 0 && all === 0)
        return guest.fail(failure("NOT_FOUND", `No atom's ${scope || "name"} matches "${pattern}".`));
      return guest.out(utf8(found.join("\n")), ptr, cap);
    },
    alias: (...range) => changeAlias("add", ...range),
    unalias: (...range) => changeAlias("remove", ...range),
  };
}

function notUtf8(): Failure {
  return failure("INVALID", "A name, scope, alias or pattern is not UTF-8.");
}
