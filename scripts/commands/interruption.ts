/** The wish of the user or the system that a command ends: Ctrl-C, a signal, or the end of the launcher in front of this process. */
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** What the command ends with after it: 128 and the number of the signal, as shells have it. */
  readonly exitCode: () => number;
}

/** The first one lets the command end in order; the second one, of an impatient user, ends it at once. */
export function watchForInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode = 128 + constants.signals.SIGINT;
  const interrupt = (code: number): void => {
    exitCode = code;
    if (controller.signal.aborted) process.exit(code);
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, () => interrupt(128 + constants.signals[signal]));
  // A command that ends in order closes the channel itself.
  process.once("disconnect", () => {
    if (!controller.signal.aborted) interrupt(128 + constants.signals.SIGHUP);
  });
  return { signal: controller.signal, exitCode: () => exitCode };
}
