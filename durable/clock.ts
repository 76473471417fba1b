/** The seam to time: the platform's, or that of a test which decides when it passes. */
export interface Clock {
  /** Milliseconds since the Unix epoch, with fractions. */
  now(): number;
  /** A clock that never goes back, milliseconds with fractions. */
  monotonic(): number;
  /** Calls `act` once in `ms` milliseconds; returns the function that calls it off. */
  after(ms: number, act: () => void): () => void;
  /** Lets the other events of the object have their turn. */
  breathe(): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  breathe: () => scheduler.wait(0),
};
