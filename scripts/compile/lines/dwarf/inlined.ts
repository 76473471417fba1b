/** The functions of a unit that were inlined: where their code is, what they are called, and the lines that called them. */
import { demangled } from "../../rust-names.ts";
import { DwarfReader } from "./dwarf-reader.ts";
import type { DwarfSections, Value } from "./forms.ts";
import { ATTRIBUTE, TAG, type Entry, type Unit } from "./units.ts";

export interface Inlined {
  readonly name: string;
  /** The file and the line that called it. */
  readonly file: number;
  readonly line: number;
  /** What it was inlined into, if that was inlined itself. */
  readonly into: Inlined | undefined;
  readonly depth: number;
}

/** Code of an inlined function. */
export interface InlinedRange {
  readonly from: number;
  readonly to: number;
  readonly inlined: Inlined;
}

/** `units`: those of the module, as names may stand in any of them. */
export function inlinedRanges(unit: Unit, units: readonly Unit[], sections: DwarfSections): InlinedRange[] {
  const ranges: InlinedRange[] = [];
  /** The inlined functions that the entry is in, with the depths of their entries; a function of its own is in none. */
  let open: { readonly depth: number; readonly inlined: Inlined | undefined }[] = [];
  for (const entry of unit.entries()) {
    if (entry.tag !== TAG.inlinedSubroutine && entry.tag !== TAG.subprogram) continue;
    open = open.filter(({ depth }) => depth < entry.depth);
    const inlined = entry.tag === TAG.subprogram ? undefined : inlinedOf(unit, units, entry, open.at(-1)?.inlined);
    open.push({ depth: entry.depth, inlined });
    if (inlined) for (const { from, to } of rangesOf(unit, entry, sections)) ranges.push({ from, to, inlined });
  }
  return ranges;
}

function inlinedOf(unit: Unit, units: readonly Unit[], entry: Entry, into: Inlined | undefined): Inlined {
  const name = nameOf(unit, units, entry, ORIGINS_MAX) ?? "";
  const file = unit.number(entry, ATTRIBUTE.callFile) ?? 0;
  const line = unit.number(entry, ATTRIBUTE.callLine) ?? 0;
  return { name, file, line, into, depth: (into?.depth ?? 0) + 1 };
}

/** An entry has its name from another one, which may have it from a third. */
const ORIGINS_MAX = 4;
const MANGLED = /^_[ZR]/;

function nameOf(unit: Unit, units: readonly Unit[], entry: Entry, origins: number): string | undefined {
  const linkage = demangled(unit.text(entry, ATTRIBUTE.linkageName) ?? "");
  // What is not mangled is a path already, and longer than the name.
  if (linkage !== "" && !MANGLED.test(linkage)) return linkage;
  const name = unit.text(entry, ATTRIBUTE.name);
  const origin = unit.reference(entry, ATTRIBUTE.abstractOrigin) ?? unit.reference(entry, ATTRIBUTE.specification);
  if (name !== undefined || origin === undefined || origins === 0) return name;
  const other = units.find(({ start, end }) => origin >= start && origin < end);
  return other && nameOf(other, units, other.entryAt(origin), origins - 1);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function rangesOf(unit: Unit, entry: Entry, sections: DwarfSections): Range[] {
  const list = entry.values.get(ATTRIBUTE.ranges);
  if (list !== undefined)
    return unit.version >= 5 ? rangeList(unit, list, sections) : oldRangeList(unit, list, sections);
  const from = unit.address(entry, ATTRIBUTE.lowPc);
  const high = entry.values.get(ATTRIBUTE.highPc);
  if (from === undefined || high === undefined) return [];
  return [{ from, to: unit.isAddress(high) ? unit.addressOf(high) : from + high.number }];
}

/** Up to version 4: pairs of addresses, relative to a base that a pair may change. */
function oldRangeList(unit: Unit, list: Value, sections: DwarfSections): Range[] {
  const reader = new DwarfReader(sections("ranges"), list.number);
  const changesBase = 256 ** unit.addressBytes - 1;
  const ranges: Range[] = [];
  for (let base = baseOf(unit); ;) {
    const from = reader.fixed(unit.addressBytes);
    const to = reader.fixed(unit.addressBytes);
    if (from === changesBase) base = to;
    else if (from === 0 && to === 0) return ranges;
    else ranges.push({ from: base + from, to: base + to });
  }
}

const LIST = {
  end: 0,
  baseIndex: 1,
  indices: 2,
  indexAndLength: 3,
  offsets: 4,
  base: 5,
  addresses: 6,
  addressAndLength: 7,
} as const;

function rangeList(unit: Unit, list: Value, sections: DwarfSections): Range[] {
  const reader = new DwarfReader(sections("rnglists"), unit.rangeList(list));
  const ranges: Range[] = [];
  const address = (): number => reader.fixed(unit.addressBytes);
  const indexed = (): number => unit.indexedAddress(reader.unsigned());
  const add = (from: number, to: number): void => void ranges.push({ from, to });
  const length = (from: number): number => from + reader.unsigned();
  let base = baseOf(unit);
  for (let kind = reader.byte(); kind !== LIST.end; kind = reader.byte()) {
    if (kind === LIST.baseIndex) base = indexed();
    else if (kind === LIST.base) base = address();
    else if (kind === LIST.offsets) add(base + reader.unsigned(), base + reader.unsigned());
    else if (kind === LIST.indices) add(indexed(), indexed());
    else if (kind === LIST.addresses) add(address(), address());
    else if (kind === LIST.indexAndLength || kind === LIST.addressAndLength) {
      const from = kind === LIST.indexAndLength ? indexed() : address();
      add(from, length(from));
    } else throw new RangeError(`A list of ranges has an entry of the kind ${kind}.`);
  }
  return ranges;
}

function baseOf(unit: Unit): number {
  return unit.address(unit.root, ATTRIBUTE.lowPc) ?? 0;
}
