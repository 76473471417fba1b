/** The lines of a unit, which DWARF (versions 2 to 5) writes as a program for a small machine. */
import { DwarfReader } from "./dwarf-reader.ts";
import { readValue, type Encoding, type Value } from "./forms.ts";

export interface SourceFile {
  readonly name: string;
  /** The folder that the name is relative to; undefined for the unit's own. */
  readonly folder: string | undefined;
}

export interface LineRow {
  readonly address: number;
  /** The file's index, as rows and entries tell it. */
  readonly file: number;
  /** 0 if the code comes from no line. */
  readonly line: number;
}

/** The rows of a stretch of code, which ends at `end`. */
export interface Sequence {
  readonly rows: readonly LineRow[];
  readonly end: number;
}

/** What the unit has at its lines: its own texts, and how its values are written. */
export interface LineSource {
  readonly bytes: Uint8Array;
  readonly textOf: (value: Value) => string;
}

export class LineProgram {
  readonly files: ReadonlyMap<number, SourceFile>;
  readonly #reader: DwarfReader;
  readonly #end: number;
  readonly #program: number;
  readonly #header: Header;

  /** Reads the header at `start`. */
  constructor(source: LineSource, start: number) {
    const reader = new DwarfReader(source.bytes, start);
    const { length, offsetBytes } = reader.initialLength();
    this.#reader = reader;
    this.#end = reader.at + length;
    const version = reader.fixed(2);
    const addressBytes = version >= 5 ? reader.byte() : 4;
    if (version >= 5) reader.byte();
    const headerLength = reader.fixed(offsetBytes);
    this.#program = reader.at + headerLength;
    this.#header = readHeader(reader, version);
    const encoding = { version, offsetBytes, addressBytes };
    this.files = version >= 5 ? readFileTable(source, reader, encoding) : readFileNames(reader);
  }

  sequences(): Sequence[] {
    this.#reader.at = this.#program;
    const sequences: Sequence[] = [];
    while (this.#reader.at < this.#end) {
      const machine = new Machine(this.#reader, this.#header);
      while (!machine.ended && this.#reader.at < this.#end) machine.step();
      if (machine.ended) sequences.push({ rows: machine.rows, end: machine.address });
    }
    return sequences;
  }
}

interface Header {
  readonly instructionBytes: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** How many numbers follow each of the standard opcodes, from 1. */
  readonly operands: readonly number[];
}

function readHeader(reader: DwarfReader, version: number): Header {
  const instructionBytes = reader.byte();
  if (version >= 4) reader.byte();
  reader.byte();
  const lineBase = reader.signedByte();
  const lineRange = reader.byte();
  const opcodeBase = reader.byte();
  const operands = Array.from({ length: opcodeBase - 1 }, () => reader.byte());
  if (lineRange === 0) throw new RangeError("A line program has no range of lines.");
  return { instructionBytes, lineBase, lineRange, opcodeBase, operands };
}

/** Up to version 4: folders, then files, each numbered from 1; folder 0 is the unit's own. */
function readFileNames(reader: DwarfReader): Map<number, SourceFile> {
  const folders: (string | undefined)[] = [undefined];
  for (let folder = reader.text(); folder !== ""; folder = reader.text()) folders.push(folder);
  const files = new Map<number, SourceFile>();
  for (let name = reader.text(); name !== ""; name = reader.text()) {
    files.set(files.size + 1, { name, folder: folders[reader.unsigned()] });
    reader.unsigned();
    reader.unsigned();
  }
  return files;
}

/** More than any compiler lists; the values of a table may take no bytes, so that its length does not bound it. */
const FILES_MAX = 100_000;
const CONTENT = { path: 1, folder: 2 } as const;

/** From version 5 on: tables of entries, numbered from 0, with the unit's own folder at 0. */
function readFileTable(source: LineSource, reader: DwarfReader, encoding: Encoding): Map<number, SourceFile> {
  const folders = readTable(reader, encoding).map((entry) => pathOf(source, entry));
  const entries = readTable(reader, encoding);
  return new Map(
    entries.map((entry, index) => {
      const folder = entry.get(CONTENT.folder)?.number ?? 0;
      return [index, { name: pathOf(source, entry), folder: folder === 0 ? undefined : folders[folder] }];
    }),
  );
}

function pathOf({ textOf }: LineSource, entry: ReadonlyMap<number, Value>): string {
  const path = entry.get(CONTENT.path);
  return path === undefined ? "" : textOf(path);
}

function readTable(reader: DwarfReader, encoding: Encoding): Map<number, Value>[] {
  const formats = Array.from({ length: reader.byte() }, () => ({
    content: reader.unsigned(),
    form: reader.unsigned(),
  }));
  const count = reader.unsigned();
  if (count > FILES_MAX) throw new RangeError(`A unit has ${count} files or folders.`);
  const entries: Map<number, Value>[] = [];
  for (let left = formats.length === 0 ? 0 : count; left > 0; left -= 1) {
    entries.push(new Map(formats.map(({ content, form }) => [content, readValue(reader, form, encoding)])));
  }
  return entries;
}

const OP = { extended: 0, copy: 1, advancePc: 2, advanceLine: 3, setFile: 4, addConstant: 8, advanceFixed: 9 } as const;
const EXTENDED = { endSequence: 1, setAddress: 2 } as const;

/** The machine of one sequence. */
class Machine {
  readonly #reader: DwarfReader;
  readonly #header: Header;
  readonly rows: LineRow[] = [];
  address = 0;
  ended = false;
  #file = 1;
  #line = 1;

  constructor(reader: DwarfReader, header: Header) {
    this.#reader = reader;
    this.#header = header;
  }

  step(): void {
    const opcode = this.#reader.byte();
    if (opcode >= this.#header.opcodeBase) this.#special(opcode);
    else if (opcode === OP.extended) this.#extended();
    else this.#standard(opcode);
  }

  #special(opcode: number): void {
    const { lineBase, lineRange, opcodeBase } = this.#header;
    this.#advance(Math.floor((opcode - opcodeBase) / lineRange));
    this.#line += lineBase + ((opcode - opcodeBase) % lineRange);
    this.#row();
  }

  #standard(opcode: number): void {
    const reader = this.#reader;
    const { opcodeBase, lineRange, operands } = this.#header;
    if (opcode === OP.copy) this.#row();
    else if (opcode === OP.advancePc) this.#advance(reader.unsigned());
    else if (opcode === OP.advanceLine) this.#line += reader.signed();
    else if (opcode === OP.setFile) this.#file = reader.unsigned();
    else if (opcode === OP.addConstant) this.#advance(Math.floor((255 - opcodeBase) / lineRange));
    else if (opcode === OP.advanceFixed) this.address += reader.fixed(2);
    else for (let left = operands[opcode - 1] ?? 0; left > 0; left -= 1) reader.unsigned();
  }

  #extended(): void {
    const reader = this.#reader;
    const length = reader.unsigned();
    const end = reader.at + length;
    const opcode = reader.byte();
    if (opcode === EXTENDED.endSequence) this.ended = true;
    if (opcode === EXTENDED.setAddress) this.address = reader.fixed(length - 1);
    reader.at = end;
  }

  #advance(instructions: number): void {
    this.address += instructions * this.#header.instructionBytes;
  }

  #row(): void {
    this.rows.push({ address: this.address, file: this.#file, line: this.#line });
  }
}
