/**
 * The note of a version as variables of its Worker, which the platform keeps with the version and tells of each.
 *
 * Invariant
 * 1. What does not fit is left out whole: a version without a note can be put back as well, only what changes in it is not told.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { readNote, writeNote, type VersionNote } from "../version-note.ts";

const VARIABLE = "RADON_NOTE";
/** A variable takes 5 KB. */
const VARIABLE_CHARS_MAX = 5_000;
/** A Worker of the free plan has 64 variables in all. Atoms take about 70 characters each, so this is enough for some 500. */
const VARIABLES_MAX = 8;
/** Of what a note may become again. */
const NOTE_BYTES_MAX = 16 * 1024 * 1024;

export function noteVariables(note: VersionNote): Readonly<Record<string, string>> {
  const text = deflateRawSync(writeNote(note)).toString("base64url");
  const count = Math.ceil(text.length / VARIABLE_CHARS_MAX);
  if (count > VARIABLES_MAX) return {};
  const parts = Array.from({ length: count }, (_, index) =>
    text.slice(index * VARIABLE_CHARS_MAX, (index + 1) * VARIABLE_CHARS_MAX),
  );
  return Object.fromEntries(parts.map((part, index) => [nameOf(index), part]));
}

function nameOf(index: number): string {
  return index === 0 ? VARIABLE : `${VARIABLE}_${index + 1}`;
}

/** The bindings as the API tells them. */
export function noteIn(
  bindings: readonly { readonly name: string; readonly text?: string | undefined }[],
): VersionNote | undefined {
  const texts = new Map(bindings.map(({ name, text = "" }) => [name, text]));
  const parts = Array.from({ length: VARIABLES_MAX }, (_, index) => texts.get(nameOf(index)) ?? "");
  try {
    const bytes = Buffer.from(parts.join(""), "base64url");
    return readNote(inflateRawSync(bytes, { maxOutputLength: NOTE_BYTES_MAX }).toString("utf8"));
  } catch {
    return undefined;
  }
}
