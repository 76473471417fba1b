/** Values in the text form of Cap'n Proto, which is what workerd's configuration is written in. */

export type CapnpValue =
  string | number | boolean | Embedded | readonly CapnpValue[] | { readonly [field: string]: CapnpValue };

const INDENT = "  ";
/** What is longer than this has a line for each of its parts. */
const LINE_LENGTH_MAX = 110;

/** The content of a file: a name beside the configuration, or an absolute path, which is looked for below each `--import-path`. */
export class Embedded {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

export function capnpText(value: CapnpValue, indent = ""): string {
  if (typeof value === "string") return quotedText(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Embedded) return `embed ${quotedText(value.path)}`;
  const inner = indent + INDENT;
  const parts = isList(value)
    ? value.map((each) => capnpText(each, inner))
    : Object.entries(value).map(([field, each]) => `${field} = ${capnpText(each, inner)}`);
  const [open, close] = isList(value) ? "[]" : "()";
  const line = `${open}${parts.join(", ")}${close}`;
  if (line.length <= LINE_LENGTH_MAX && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}

function isList(value: CapnpValue): value is readonly CapnpValue[] {
  return Array.isArray(value);
}

/** Control characters by their bytes: this form knows no \u. */
function quotedText(text: string): string {
  const escaped = text
    .replace(/["\\]/g, (character) => `\\${character}`)
    // oxlint-disable-next-line no-control-regex -- They are what is looked for.
    .replace(/[\u0000-\u001f\u007f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `"${escaped}"`;
}
