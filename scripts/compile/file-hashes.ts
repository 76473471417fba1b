/** The hashes of files, each read once: modules share most of what they are made from, such as an SDK. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export class FileHashes {
  readonly #known = new Map<string, string>();

  /** SHA-256 of what the file holds now, or held when it was first asked for. Throws if it cannot be read. */
  of(file: string): string {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    const hash = sha256(readFileSync(file));
    this.#known.set(file, hash);
    return hash;
  }

  /** As `of`, or undefined if the file is not there. */
  ifThere(file: string): string | undefined {
    try {
      return this.of(file);
    } catch {
      return undefined;
    }
  }
}

export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
