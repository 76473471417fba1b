/** The values of attributes, by the form in which each is written. Texts and addresses are resolved only when they are asked for. */
import type { DwarfReader } from "./dwarf-reader.ts";

/** The sections of a module that DWARF is spread over, by their names without `.debug_`; empty if the module lacks them. */
export type DwarfSections = (name: string) => Uint8Array;

/** How values are written in a unit. */
export interface Encoding {
  readonly version: number;
  readonly offsetBytes: number;
  readonly addressBytes: number;
}

export interface Value {
  readonly form: number;
  /** A number, or where in its section a text begins; of other values nothing. */
  readonly number: number;
}

export const FORM = {
  addr: 0x01,
  string: 0x08,
  strp: 0x0e,
  refAddr: 0x10,
  ref1: 0x11,
  refUdata: 0x15,
  indirect: 0x16,
  secOffset: 0x17,
  strx: 0x1a,
  addrx: 0x1b,
  lineStrp: 0x1f,
  implicitConst: 0x21,
  rnglistx: 0x23,
  strx1: 0x25,
  strx4: 0x28,
  addrx1: 0x29,
  addrx4: 0x2c,
} as const;

/** `implicit`: the value that stands with the declaration of the attribute, if its form says so. */
export function readValue(reader: DwarfReader, form: number, encoding: Encoding, implicit = 0): Value {
  if (form === FORM.implicitConst) return { form, number: implicit };
  if (form === FORM.indirect) return readValue(reader, reader.unsigned(), encoding);
  if (form === FORM.string) return { form, number: startOfText(reader) };
  const read = FORMS[form];
  if (read === undefined) throw new RangeError(`The form 0x${form.toString(16)} is not known.`);
  return { form, number: read(reader, encoding) };
}

function startOfText(reader: DwarfReader): number {
  const { at } = reader;
  reader.text();
  return at;
}

type Read = (reader: DwarfReader, encoding: Encoding) => number;

const bytes =
  (count: number): Read =>
  (reader) =>
    reader.fixed(count);
const offset: Read = (reader, { offsetBytes }) => reader.fixed(offsetBytes);
const unsigned: Read = (reader) => reader.unsigned();
const block =
  (length: Read): Read =>
  (reader, encoding) => {
    const count = length(reader, encoding);
    reader.at += count;
    return 0;
  };

const FORMS: Readonly<Record<number, Read>> = {
  0x01: (reader, { addressBytes }) => reader.fixed(addressBytes),
  0x03: block(bytes(2)),
  0x04: block(bytes(4)),
  0x05: bytes(2),
  0x06: bytes(4),
  0x07: bytes(8),
  0x09: block(unsigned),
  0x0a: block(bytes(1)),
  0x0b: bytes(1),
  0x0c: bytes(1),
  0x0d: (reader) => reader.signed(),
  0x0e: offset,
  0x0f: unsigned,
  // Before version 3 it was as long as an address.
  0x10: (reader, { version, offsetBytes, addressBytes }) => reader.fixed(version < 3 ? addressBytes : offsetBytes),
  0x11: bytes(1),
  0x12: bytes(2),
  0x13: bytes(4),
  0x14: bytes(8),
  0x15: unsigned,
  0x17: offset,
  0x18: block(unsigned),
  0x19: () => 1,
  0x1a: unsigned,
  0x1b: unsigned,
  0x1c: bytes(4),
  0x1d: offset,
  0x1e: block(() => 16),
  0x1f: offset,
  0x20: bytes(8),
  0x22: unsigned,
  0x23: unsigned,
  0x24: bytes(8),
  0x25: bytes(1),
  0x26: bytes(2),
  0x27: bytes(3),
  0x28: bytes(4),
  0x29: bytes(1),
  0x2a: bytes(2),
  0x2b: bytes(3),
  0x2c: bytes(4),
};
