/** What clients sent, as an error shows it: one short line of printable ASCII. */
const SHOWN_LENGTH_MAX = 80;
const SHOWN_ITEMS_MAX = 20;

export function shown(text: string): string {
  const line = text.replace(/[^\x20-\x7e]/g, "?");
  return line.length > SHOWN_LENGTH_MAX ? `${line.slice(0, SHOWN_LENGTH_MAX)}...` : line;
}

/** A list as a sentence shows it: the first few, and how many more there are. */
export function shownList(items: readonly string[]): string {
  if (items.length === 0) return "none";
  const more = items.length - SHOWN_ITEMS_MAX;
  const first = items.slice(0, SHOWN_ITEMS_MAX).join(", ");
  return more > 0 ? `${first} and ${more} more` : first;
}
