/** Tells what is wrong with a pattern, and at which of its characters, from what the RE2 parser says about it. */

const SHOWN_CHARACTERS_MAX = 60;

/** What each complaint of the parser means to somebody who writes patterns; others are passed on as they are. */
const SENTENCES: Readonly<Record<string, string>> = {
  "missing closing )": "a group is opened and never closed",
  "unexpected )": "a group is closed that was never opened",
  "missing closing ]": "a character class is opened and never closed",
  "trailing backslash at end of expression": "it ends in a backslash that escapes nothing",
  "expression nests too deeply": "it nests too deeply",
  "missing argument to repetition operator": "a repetition has nothing before it to repeat",
  "invalid nested repetition operator": "two repetitions follow each other",
  "invalid repeat count": "a repetition is malformed, or repeats (with those around it) more than 1000 times",
  "invalid or unsupported Perl syntax": "this is no RE2 syntax (RE2 has no lookahead, lookbehind or backreference)",
  "invalid named capture": "the name of a group is malformed (RE2 has no lookbehind)",
};

/** Where the mistake is: a character index and the text there. */
interface Place {
  readonly index: number;
  readonly text: string;
}

/** The sentence for a pattern that the parser refused with `error` about `fragment`. */
export function explainPattern(source: string, error: string, fragment: string | null | undefined): string {
  const place = placeOf(source, error, fragment);
  const where = place === undefined ? "" : ` at character ${place.index + 1} (\`${cut(place.text)}\`)`;
  return `The pattern \`${cut(source)}\` is no RE2 regular expression: ${SENTENCES[error] ?? error}${where}.`;
}

function placeOf(source: string, error: string, fragment: string | null | undefined): Place | undefined {
  if (error === "missing closing )") return unpaired(source).opened;
  if (error === "unexpected )") return unpaired(source).closed;
  if (error === "trailing backslash at end of expression") return { index: source.length - 1, text: "\\" };
  const index = fragment ? source.indexOf(fragment) : -1;
  return index < 0 ? undefined : { index, text: fragment ?? "" };
}

/** The parser does not say which parenthesis has no partner: this finds the innermost open one and the first closed one. */
function unpaired(source: string): { readonly opened?: Place; readonly closed?: Place } {
  const open: number[] = [];
  let classStart = -1;
  for (let i = 0; i < source.length; i += 1) {
    const character = source[i];
    if (character === "\\") i = afterEscape(source, i);
    else if (classStart >= 0) classStart = character === "]" && i > classStart + 1 ? -1 : classStart;
    else if (character === "[") classStart = source[i + 1] === "^" ? i + 1 : i;
    else if (character === "(") open.push(i);
    else if (character === ")" && open.pop() === undefined) return { closed: { index: i, text: ")" } };
  }
  const index = open.at(-1);
  return index === undefined ? {} : { opened: { index, text: "(" } };
}

/** The last character of the escape that starts at `index`; `\Q` reaches to its `\E`. */
function afterEscape(source: string, index: number): number {
  if (source[index + 1] !== "Q") return index + 1;
  const end = source.indexOf("\\E", index);
  return end < 0 ? source.length : end + 1;
}

/** A pattern as an error shows it: one line, and never a long one. */
function cut(text: string): string {
  const line = text.replace(/[^\x20-\x7e]/g, "?");
  return line.length > SHOWN_CHARACTERS_MAX ? `${line.slice(0, SHOWN_CHARACTERS_MAX)}…` : line;
}
