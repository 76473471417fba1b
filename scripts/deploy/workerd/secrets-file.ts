/** The secrets of a runtime as a file of variables, which `start.sh` reads on the machine. */

export function secretsFile(secrets: ReadonlyMap<string, string>): string {
  const lines = [...secrets]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${quotedValue(value)}\n`);
  return lines.join("");
}

/** One word of a shell, over several lines if the value has them. */
function quotedValue(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
