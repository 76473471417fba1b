/** Output of a guest becomes lines of its log. */
import { expect, test } from "vitest";
import { utf8 } from "../../durable/core/bytes.ts";
import { LOG_LINE_BYTES_MAX } from "../../durable/core/limits.ts";
import { LineLog } from "../../durable/engine/line-log.ts";

function logged(...pieces: (string | Uint8Array)[]): { lines: string[]; log: LineLog } {
  const lines: string[] = [];
  const log = new LineLog((line) => lines.push(line));
  for (const piece of pieces) log.add(typeof piece === "string" ? utf8(piece) : piece);
  return { lines, log };
}

test("a line is written when it ends, however it came", () => {
  expect(logged("one\ntwo", " more\n", "\n", "rest").lines).toEqual(["one", "two more", ""]);
});

test("flush writes what has no end yet, once", () => {
  const { lines, log } = logged("rest");
  log.flush();
  log.flush();
  expect(lines).toEqual(["rest"]);
});

test("a character that is cut between two writes is whole again", () => {
  const euro = utf8("€\n");
  expect(logged(euro.subarray(0, 1), euro.subarray(1)).lines).toEqual(["€"]);
});

test("a line without an end is written in pieces", () => {
  const { lines } = logged("x".repeat(LOG_LINE_BYTES_MAX - 1), "yy");
  expect(lines).toEqual([`${"x".repeat(LOG_LINE_BYTES_MAX - 1)}y`]);
});

test("so is one that came at once, with its end or without: nobody makes a line of the log larger than it may be", () => {
  const { lines, log } = logged(
    `${"x".repeat(2 * LOG_LINE_BYTES_MAX + 1)}\nshort\n`,
    "y".repeat(LOG_LINE_BYTES_MAX + 1),
  );
  log.flush();
  expect(lines.map(({ length }) => length)).toEqual([
    LOG_LINE_BYTES_MAX,
    LOG_LINE_BYTES_MAX,
    1,
    5,
    LOG_LINE_BYTES_MAX,
    1,
  ]);
});
