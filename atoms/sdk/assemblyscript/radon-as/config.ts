/** The `config` table of the atom in formula.toml. */
import { core_config } from "./abi";
import { at, encodeText, textOrNull } from "./bytes";
import { integerIn } from "./integer";

/** A value of the configuration; null if it has no such key. */
export function get(key: string): string | null {
  const name = encodeText(key);
  return textOrNull(core_config(at(name), name.byteLength, 0, 0));
}

/** A value of the configuration, or `orElse`. */
export function text(key: string, orElse: string): string {
  const value = get(key);
  return value !== null ? value : orElse;
}

/** A value of the configuration as an integer; `orElse` if there is none or it is no integer. */
export function integer(key: string, orElse: i64): i64 {
  const value = get(key);
  return value !== null ? integerIn(value, orElse) : orElse;
}
