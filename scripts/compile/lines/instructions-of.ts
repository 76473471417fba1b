/** The instructions of a function, one after the other. */
import { ByteReader } from "../metering/binary.ts";
import { skipImmediates, skipType } from "../metering/instructions.ts";
import type { Extent } from "./code-lines.ts";

export function* instructionsOf(
  bytes: Uint8Array,
  { from, to }: Extent,
): Generator<{ readonly at: number; readonly opcode: number }> {
  const reader = new ByteReader(bytes, from);
  reader.times(() => {
    reader.skipNumber();
    skipType(reader);
  });
  while (reader.at < to) {
    const { at } = reader;
    const opcode = reader.byte();
    skipImmediates(reader, opcode);
    yield { at, opcode };
  }
}
