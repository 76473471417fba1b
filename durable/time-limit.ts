/**
 * A limit on how long something may take, by a timer that ends with it. `AbortSignal.timeout` keeps its timer to the end, and
 * an object may have 10,000 at a time.
 */
import type { Clock } from "./clock.ts";

/** Runs `act` with a signal that is aborted with a `TimeoutError` after `ms`. */
export async function withinTime<T>(clock: Clock, ms: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const cancel = clock.after(ms, () => {
    controller.abort(new DOMException(`It took longer than ${ms} ms.`, "TimeoutError"));
  });
  try {
    return await act(controller.signal);
  } finally {
    cancel();
  }
}
