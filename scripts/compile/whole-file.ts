/** Writes a file so that it appears at once and whole, for whoever reads it meanwhile. */
import { randomUUID } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import path from "node:path";

export async function writeWhole(file: string, content: Uint8Array | string): Promise<void> {
  const aside = path.join(path.dirname(file), `${randomUUID()}.part`);
  await writeFile(aside, content);
  await rename(aside, file);
}
