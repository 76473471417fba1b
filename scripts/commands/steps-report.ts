/** How a command that changes what is deployed tells its end: as JSON on stdout where that is wanted, for people on stderr. */
import type { StepsEnd } from "../deploy/run-steps.ts";
import type { Console } from "../terminal/console.ts";
import { EXIT } from "./exit-codes.ts";
import type { Interruption } from "./interruption.ts";

export interface Ending {
  readonly console: Console;
  readonly interruption: Interruption;
  readonly json: boolean;
  /** What the JSON tells besides. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** The exit code of a command that did not begin. */
export function tellObstacles(obstacles: readonly string[], { console, interruption, json, about }: Ending): number {
  for (const obstacle of obstacles) console.warn(`radon: ${obstacle}`);
  console.warn("Nothing was changed.");
  if (json) printJson({ ok: false, ...about, obstacles });
  return interruption.signal.aborted ? interruption.exitCode() : EXIT.environment;
}

/** The exit code of a command that came this far. */
export function tellEnd(end: StepsEnd, { console, interruption, json, about }: Ending): number {
  const ok = end.failed === undefined;
  if (json) printJson({ ok, ...about, ...end });
  if (ok) return EXIT.ok;
  console.warn(`Done: ${listed(end.done)}\nNot done: ${listed([end.failed?.title ?? "", ...end.remaining])}`);
  console.warn("Run the same command again when this is mended: it completes what is not done.");
  return interruption.signal.aborted ? interruption.exitCode() : EXIT.environment;
}

function listed(titles: readonly string[]): string {
  return titles.length === 0 ? "nothing." : `${titles.join("; ")}.`;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
