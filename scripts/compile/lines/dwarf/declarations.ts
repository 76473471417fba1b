/** What entries look like: DWARF declares each kind once, and the entries only name their declaration. */
import { DwarfReader } from "./dwarf-reader.ts";
import { FORM } from "./forms.ts";

export interface Declaration {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly { readonly name: number; readonly form: number; readonly implicit: number }[];
}
/** By their codes. */
export type Declarations = ReadonlyMap<number, Declaration>;

/** Those that begin at `start`. */
export function readDeclarations(bytes: Uint8Array, start: number): Declarations {
  const reader = new DwarfReader(bytes, start);
  const declarations = new Map<number, Declaration>();
  for (let code = reader.unsigned(); code !== 0; code = reader.unsigned()) {
    const tag = reader.unsigned();
    const hasChildren = reader.byte() === 1;
    declarations.set(code, { tag, hasChildren, attributes: readAttributes(reader) });
  }
  return declarations;
}

function readAttributes(reader: DwarfReader): Declaration["attributes"][number][] {
  const attributes: Declaration["attributes"][number][] = [];
  for (;;) {
    const name = reader.unsigned();
    const form = reader.unsigned();
    const implicit = form === FORM.implicitConst ? reader.signed() : 0;
    if (name === 0 && form === 0) return attributes;
    attributes.push({ name, form, implicit });
  }
}
