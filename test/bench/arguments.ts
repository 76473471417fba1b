/** How the arguments of the bench's commands are read. */
import { InvalidArgumentError } from "commander";

/** Reads names with commas between; each must be that of an item. */
export function namesOf<T extends { readonly name: string }>(items: readonly T[]): (text: string) => readonly T[] {
  return (text) =>
    text.split(",").map((name) => {
      const found = items.find((item) => item.name === name.trim());
      if (found) return found;
      throw new InvalidArgumentError(`There is no "${name}". Known: ${items.map((item) => item.name).join(", ")}.`);
    });
}

export function positiveInteger(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A number from 1 to 9999 is expected.");
}

export function positiveNumber(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 1_000) return number;
  throw new InvalidArgumentError("A number above 0, at most 1000, is expected.");
}
