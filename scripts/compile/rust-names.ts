/** The names of functions as a Rust author writes them: a trap shows `probe::plain::index`, not `_ZN5probe5plain5index17h6015b5f4a0aa5a90E`. */

const ESCAPES: Readonly<Record<string, string>> = {
  SP: "@",
  BP: "*",
  RF: "&",
  LT: "<",
  GT: ">",
  LP: "(",
  RP: ")",
  C: ",",
};

/** The path that rustc's own mangling stands for, without its hash. Names that are mangled otherwise, or not at all, stay. */
export function demangled(symbol: string): string {
  if (!symbol.startsWith("_ZN")) return symbol;
  const parts: string[] = [];
  let rest = symbol.slice(3);
  for (let length = leadingNumber(rest); length !== undefined; length = leadingNumber(rest)) {
    const start = String(length).length;
    parts.push(rest.slice(start, start + length));
    rest = rest.slice(start + length);
  }
  const hash = parts.pop();
  if (!rest.startsWith("E") || hash === undefined || !/^h[0-9a-f]{16}$/.test(hash)) return symbol;
  return parts.map(readable).join("::");
}

function leadingNumber(text: string): number | undefined {
  const digits = /^[1-9]\d*/.exec(text)?.[0];
  return digits === undefined ? undefined : Number(digits);
}

function readable(part: string): string {
  return part
    .replace(/^_\$/, "$")
    .replaceAll("..", "::")
    .replaceAll(/\$(\w+)\$/g, (escape, code: string) => {
      const hex = /^u([0-9a-f]{1,5})$/.exec(code)?.[1];
      return hex === undefined ? (ESCAPES[code] ?? escape) : String.fromCodePoint(Number.parseInt(hex, 16));
    });
}
