/** The secrets of a runtime as a file of variables, which `start.sh` reads on the machine. */
import { shellWord } from "../../shell-word.ts";

export function secretsFile(secrets: ReadonlyMap<string, string>): string {
  const lines = [...secrets]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${shellWord(value)}\n`);
  return lines.join("");
}
