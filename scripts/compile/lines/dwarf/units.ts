/** The units that DWARF describes a module by, one for each file that was compiled, and the entries in them: functions, types, and so on. */
import { readDeclarations, type Declaration, type Declarations } from "./declarations.ts";
import { DwarfReader } from "./dwarf-reader.ts";
import { FORM, readValue, type DwarfSections, type Encoding, type Value } from "./forms.ts";

export const TAG = { inlinedSubroutine: 0x1d, subprogram: 0x2e } as const;
export const ATTRIBUTE = {
  name: 0x03,
  statements: 0x10,
  lowPc: 0x11,
  highPc: 0x12,
  folder: 0x1b,
  abstractOrigin: 0x31,
  specification: 0x47,
  ranges: 0x55,
  callFile: 0x58,
  callLine: 0x59,
  linkageName: 0x6e,
  textOffsetsBase: 0x72,
  addressBase: 0x73,
  rangeListsBase: 0x74,
} as const;
const KEPT: ReadonlySet<number> = new Set(Object.values(ATTRIBUTE));

export interface Entry {
  readonly tag: number;
  /** How many entries it is in. */
  readonly depth: number;
  readonly values: ReadonlyMap<number, Value>;
}

/** Every unit of the module. */
export function readUnits(sections: DwarfSections): Unit[] {
  const reader = new DwarfReader(sections("info"));
  const { length } = sections("info");
  const known = new Map<number, Declarations>();
  const units: Unit[] = [];
  while (reader.at < length) {
    const unit = new Unit(sections, reader.at, known);
    units.push(unit);
    reader.at = unit.end;
  }
  return units;
}

/** The kinds of units of version 5 that have more in their headers. */
const UNIT = { type: 2, skeleton: 4, splitCompile: 5, splitType: 6 } as const;

export class Unit implements Encoding {
  readonly start: number;
  readonly end: number;
  readonly version: number;
  readonly offsetBytes: number;
  readonly addressBytes: number;
  readonly #sections: DwarfSections;
  readonly #declarations: Declarations;
  readonly #first: number;
  /** Its own entry, which describes the unit. */
  readonly root: Entry;

  constructor(sections: DwarfSections, start: number, known: Map<number, Declarations>) {
    const reader = new DwarfReader(sections("info"), start);
    const { length, offsetBytes } = reader.initialLength();
    this.#sections = sections;
    this.start = start;
    this.end = reader.at + length;
    this.offsetBytes = offsetBytes;
    this.version = reader.fixed(2);
    const kind = this.version >= 5 ? reader.byte() : 0;
    const addressBytes = this.version >= 5 ? reader.byte() : 0;
    const declared = reader.fixed(offsetBytes);
    this.addressBytes = this.version >= 5 ? addressBytes : reader.byte();
    if (kind === UNIT.skeleton || kind === UNIT.splitCompile) reader.at += 8;
    if (kind === UNIT.type || kind === UNIT.splitType) reader.at += 8 + offsetBytes;
    this.#declarations = known.get(declared) ?? readDeclarations(sections("abbrev"), declared);
    known.set(declared, this.#declarations);
    this.#first = reader.at;
    this.root = this.entryAt(this.#first);
  }

  /** All entries, each before those that are in it. */
  *entries(): Generator<Entry> {
    const reader = new DwarfReader(this.#sections("info"), this.#first);
    let depth = 0;
    while (reader.at < this.end) {
      const declaration = this.#declarationOf(reader.unsigned());
      if (declaration === undefined) depth -= 1;
      else {
        yield this.#entry(reader, declaration, depth);
        if (declaration.hasChildren) depth += 1;
      }
    }
  }

  /** `offset`: in the section of all units. */
  entryAt(offset: number): Entry {
    const reader = new DwarfReader(this.#sections("info"), offset);
    const declaration = this.#declarationOf(reader.unsigned());
    if (declaration === undefined) throw new RangeError(`There is no entry at ${offset}.`);
    return this.#entry(reader, declaration, 0);
  }

  number(entry: Entry, attribute: number): number | undefined {
    return entry.values.get(attribute)?.number;
  }

  text(entry: Entry, attribute: number): string | undefined {
    const value = entry.values.get(attribute);
    return value && this.textOf(value);
  }

  textOf({ form, number }: Value): string {
    if (form === FORM.string) return new DwarfReader(this.#sections("info"), number).text();
    if (form === FORM.strp) return new DwarfReader(this.#sections("str"), number).text();
    if (form === FORM.lineStrp) return new DwarfReader(this.#sections("line_str"), number).text();
    const isIndexed = form === FORM.strx || (form >= FORM.strx1 && form <= FORM.strx4);
    if (!isIndexed) throw new RangeError(`The form 0x${form.toString(16)} is no text.`);
    const base = this.#base(ATTRIBUTE.textOffsetsBase, 2 * this.offsetBytes);
    const at = new DwarfReader(this.#sections("str_offsets"), base + number * this.offsetBytes).fixed(this.offsetBytes);
    return new DwarfReader(this.#sections("str"), at).text();
  }

  address(entry: Entry, attribute: number): number | undefined {
    const value = entry.values.get(attribute);
    return value && this.isAddress(value) ? this.addressOf(value) : undefined;
  }

  isAddress({ form }: Value): boolean {
    return form === FORM.addr || form === FORM.addrx || (form >= FORM.addrx1 && form <= FORM.addrx4);
  }

  addressOf({ form, number }: Value): number {
    return form === FORM.addr ? number : this.indexedAddress(number);
  }

  indexedAddress(index: number): number {
    const base = this.#base(ATTRIBUTE.addressBase, 2 * this.offsetBytes);
    return new DwarfReader(this.#sections("addr"), base + index * this.addressBytes).fixed(this.addressBytes);
  }

  /** Where the entry is that an attribute refers to, in the section of all units. */
  reference(entry: Entry, attribute: number): number | undefined {
    const value = entry.values.get(attribute);
    if (value === undefined) return undefined;
    if (value.form === FORM.refAddr) return value.number;
    const isWithin = value.form >= FORM.ref1 && value.form <= FORM.refUdata;
    return isWithin ? this.start + value.number : undefined;
  }

  /** Where a list of ranges begins in its section. */
  rangeList({ form, number }: Value): number {
    if (form !== FORM.rnglistx) return number;
    const base = this.#base(ATTRIBUTE.rangeListsBase, 4 + 2 * this.offsetBytes);
    const reader = new DwarfReader(this.#sections("rnglists"), base + number * this.offsetBytes);
    return base + reader.fixed(this.offsetBytes);
  }

  #base(attribute: number, otherwise: number): number {
    return this.root.values.get(attribute)?.number ?? otherwise;
  }

  #declarationOf(code: number): Declaration | undefined {
    if (code === 0) return undefined;
    const declaration = this.#declarations.get(code);
    if (declaration === undefined) throw new RangeError(`There is no declaration ${code}.`);
    return declaration;
  }

  #entry(reader: DwarfReader, { tag, attributes }: Declaration, depth: number): Entry {
    const values = new Map<number, Value>();
    for (const { name, form, implicit } of attributes) {
      const value = readValue(reader, form, this, implicit);
      if (KEPT.has(name)) values.set(name, value);
    }
    return { tag, depth, values };
  }
}
