/**
 * What a bundle was made from, written beside it, so that the same bundle is not made twice.
 *
 * Invariant
 * 1. A bundle is current only if all that went into it, what made it, and the bundle itself are as they were, byte by byte.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { sha256, type FileHashes } from "../compile/file-hashes.ts";
import { PACKAGE_FOLDER } from "../package.ts";

const STAMP = "bundle.json";

const stampSchema = z.object({
  /** The bundler's version and what it was asked for. */
  maker: z.string(),
  /** By file, as seen from this package's folder, or from the bundle's for what is in it. */
  inputs: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), z.string()),
});

export interface BundleParts {
  readonly folder: string;
  readonly maker: string;
  readonly hashes: FileHashes;
}

export function isCurrent({ folder, maker, hashes }: BundleParts): boolean {
  const stamp = readStamp(folder);
  if (stamp?.maker !== maker) return false;
  const asTheyWere = (
    files: Readonly<Record<string, string>>,
    base: string,
    of: (file: string) => string | undefined,
  ) => Object.entries(files).every(([file, hash]) => of(path.resolve(base, file)) === hash);
  return (
    asTheyWere(stamp.inputs, PACKAGE_FOLDER, (file) => hashes.ifThere(file)) &&
    asTheyWere(stamp.outputs, folder, hashNow)
  );
}

/** `inputs` are seen from this package's folder, `outputs` from the bundle's. */
export function writeStamp(
  { folder, maker, hashes }: BundleParts,
  inputs: readonly string[],
  outputs: readonly string[],
): void {
  const stamp = {
    maker,
    inputs: Object.fromEntries(inputs.map((file) => [file, hashes.of(path.resolve(PACKAGE_FOLDER, file))])),
    outputs: Object.fromEntries(outputs.map((file) => [file, hashNow(path.join(folder, file))])),
  };
  writeFileSync(path.join(folder, STAMP), JSON.stringify(stamp));
}

function readStamp(folder: string): z.output<typeof stampSchema> | undefined {
  try {
    return stampSchema.parse(JSON.parse(readFileSync(path.join(folder, STAMP), "utf8")));
  } catch {
    return undefined;
  }
}

function hashNow(file: string): string | undefined {
  try {
    return sha256(readFileSync(file));
  } catch {
    return undefined;
  }
}
