/** A text as one word of a POSIX shell, whatever is in it, line ends included. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
