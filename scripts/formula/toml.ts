/** Reads TOML with the place of every key and value, and goes on after a mistake to find the next one. */
import { getStaticTOMLValue, ParseError, parseTOML, type AST } from "toml-eslint-parser";
import { type Position, type TomlPath, TomlPlaces } from "./toml-places.ts";

/** After this many mistakes the rest is left for the next run. */
const SYNTAX_MISTAKES_MAX = 20;

export interface SyntaxMistake {
  readonly position: Position;
  /** The top-level table that the line belongs to; "" above all tables. */
  readonly table: string;
  readonly message: string;
  readonly remedy: string;
}

export interface TomlDocument {
  readonly value: Record<string, unknown>;
  readonly places: TomlPlaces;
  readonly mistakes: readonly SyntaxMistake[];
  /** False if what could be read may stand in the wrong table: then only the syntax is worth a report. */
  readonly trustworthy: boolean;
}

/** Reads a document. A line that is wrong by itself is blanked and the rest read again, so that each mistake is found. */
export function readToml(text: string): TomlDocument {
  const lines = text.split("\n");
  const mistakes: SyntaxMistake[] = [];
  let headersIntact = true;
  while (mistakes.length < SYNTAX_MISTAKES_MAX) {
    const parsed = tryParse(lines.join("\n"));
    if (parsed.ok) return { ...document(parsed.ast), mistakes, trustworthy: headersIntact };
    const mistake = mistakeOf(parsed.error, lines);
    mistakes.push(mistake);
    const index = mistake.position.line - 1;
    const line = lines[index] ?? "";
    if (!isLocal(parsed.error, line)) break;
    headersIntact &&= !line.trimStart().startsWith("[");
    lines[index] = "";
  }
  return { value: {}, places: new TomlPlaces(), mistakes, trustworthy: false };
}

type Parsed = { readonly ok: true; readonly ast: AST.TOMLProgram } | { readonly ok: false; readonly error: ParseError };

function tryParse(text: string): Parsed {
  try {
    return { ok: true, ast: parseTOML(text, { tomlVersion: "1.0.0" }) };
  } catch (error) {
    if (error instanceof ParseError) return { ok: false, error };
    throw error;
  }
}

/** A line that is fine alone is only where an earlier, unfinished value was noticed; blanking it would invent mistakes. */
function isLocal(error: ParseError, line: string): boolean {
  if (line.trim() === "") return false;
  return error.message.startsWith("Defining a key") || !tryParse(line).ok;
}

function mistakeOf(error: ParseError, lines: readonly string[]): SyntaxMistake {
  const message = error.message;
  const moved = message.includes("must be on the same line") ? lastWritten(lines, error.lineNumber - 1) : undefined;
  const position = moved ?? { line: error.lineNumber, column: error.column + 1 };
  const table = tableAt(lines, position.line - 1);
  return {
    position,
    table,
    ...(unclosedHeader(lines[position.line - 1]) ?? { message: `${message}.`, remedy: remedyFor(message) }),
  };
}

const UNCLOSED = /^\s*(\[\[?)\s*([\w.-]+)\s*\]?\s*(#.*)?$/;

/** A header that lacks a bracket, in which the parser saw the beginning of something else. */
function unclosedHeader(line = ""): Pick<SyntaxMistake, "message" | "remedy"> | undefined {
  const [, open = "", name = ""] = UNCLOSED.exec(line) ?? [];
  if (open === "" || (open === "[" && line.includes("]"))) return undefined;
  const header = open + name + "]".repeat(open.length);
  return { message: `The header ${line.trim()} is not closed.`, remedy: `Write ${header} on a line of its own.` };
}

const HEADER = /^\s*\[\[?\s*([\w-]+)/;

/** The table of the nearest header at or above a line. */
function tableAt(lines: readonly string[], line: number): string {
  return lines.slice(0, line + 1).reduce((table, each) => HEADER.exec(each)?.[1] ?? table, "");
}

/** The parser notices an unfinished line at the start of the next; the mistake is at the end of the line before. */
function lastWritten(lines: readonly string[], line: number): Position | undefined {
  for (let index = line - 1; index >= 0; index -= 1) {
    const written = (lines[index] ?? "").trimEnd();
    if (written !== "") return { line: index + 1, column: written.length + 1 };
  }
  return undefined;
}

const REMEDIES: readonly (readonly [part: string, remedy: string])[] = [
  ["Defining a key", "Keep one of the two; a table that may come several times is written [[name]]."],
  ["same line", "Write key = value on one line, and close every bracket of a [table] or [[list]] header."],
  ["equal", 'Write key = value, for example name = "counter".'],
  ["Unterminated string", "Close the text with the quote it was opened with."],
  ["Unterminated array", "Close the list with ]."],
  ["newlines are allowed", "Write an inline table { ... } on one line, or use a [table] of its own."],
];

function remedyFor(message: string): string {
  const known = REMEDIES.find(([part]) => message.includes(part));
  return (
    known?.[1] ?? 'Texts are written in quotes, lists as ["a", "b"], tables as { key = "value" } (https://toml.io).'
  );
}

function document(ast: AST.TOMLProgram): { value: Record<string, unknown>; places: TomlPlaces } {
  const places = new TomlPlaces();
  for (const node of ast.body[0].body) {
    if (node.type === "TOMLKeyValue") placeKeyValue(places, [], node);
    else placeTable(places, node);
  }
  return { value: getStaticTOMLValue(ast), places };
}

function placeTable(places: TomlPlaces, table: AST.TOMLTable): void {
  places.add(table.resolvedKey, position(table.key), position(table));
  // The array itself stands where its first table does.
  if (typeof table.resolvedKey.at(-1) === "number")
    places.add(table.resolvedKey.slice(0, -1), position(table.key), position(table));
  for (const entry of table.body) placeKeyValue(places, table.resolvedKey, entry);
}

function placeKeyValue(places: TomlPlaces, under: TomlPath, entry: AST.TOMLKeyValue): void {
  const keys = getStaticTOMLValue(entry.key);
  for (let length = 1; length <= keys.length; length += 1) {
    places.add([...under, ...keys.slice(0, length)], position(entry.key), position(entry.value));
  }
  const at = [...under, ...keys];
  placeContent(places, at, entry.value);
}

function placeContent(places: TomlPlaces, at: TomlPath, value: AST.TOMLContentNode): void {
  if (value.type === "TOMLInlineTable") for (const entry of value.body) placeKeyValue(places, at, entry);
  if (value.type !== "TOMLArray") return;
  for (const [index, element] of value.elements.entries()) {
    places.add([...at, index], position(element), position(element));
    placeContent(places, [...at, index], element);
  }
}

function position(node: AST.HasLocs): Position {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 };
}
