/** Shows what atoms and runtimes print while they run. */
import type { WorkerdStructuredLog } from "miniflare";
import type { Console } from "../terminal/console.ts";

const MARKS: Readonly<Record<string, string>> = { error: "error: ", warn: "warning: " };

/** A handler for the lines of the Workers; each already names its atom. */
export function showLogs(console: Console): (log: WorkerdStructuredLog) => void {
  return ({ level, message }) => console.warn(`${MARKS[level] ?? ""}${message}`);
}
