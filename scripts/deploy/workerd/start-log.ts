/** What the log of a runtime that does not start says of why: what it ends with, and, of what is known, what would help. */

/** workerd's own frames, which nobody but its makers can read. */
const STACK = /^stack: /;

/** What keeps it from listening, as workerd tells it, and what helps; the machine's part is its address. */
const CAUSES: readonly (readonly [pattern: RegExp, remedy: (address: string) => string])[] = [
  [
    /bind\(.*Address already in use/,
    (address) => `Something else listens on ${address} there: end it, or give the runtime another port.`,
  ],
  [
    /bind\(.*Permission denied/,
    (address) => `This user may not listen on ${address} there: give the runtime a port of 1024 or more.`,
  ],
  [
    /bind\(.*Cannot assign requested address/,
    (address) => `The machine cannot listen on ${address}: "listen" has to be an address of its own, or "*".`,
  ],
];

/** Behind a sentence that says that it did not start. A line that comes again with each try is told once. */
export function startLogText(log: string, address: string): string {
  const lines = log.split("\n").filter((line) => line.trim() !== "" && !STACK.test(line));
  const last = lines.at(-1);
  if (last === undefined) return "";
  // The lines before may be of a release before.
  const cause = CAUSES.find(([pattern]) => pattern.test(last));
  const remedy = cause === undefined ? "" : ` ${cause[1](address)}`;
  return [remedy, "  Its log ends with:", ...[...new Set(lines)].map((line) => `    ${line}`)].join("\n");
}
