/** What an atom counts, since its object started: what it found in its mailbox then is received by it, as it will be consumed. */
export interface Counters {
  received: number;
  consumed: number;
  sent: number;
  turns: number;
  commits: number;
  deadLetters: number;
  /** Dead letters that went to make room for newer ones. */
  deadLettersDropped: number;
  undeliverable: number;
  /** Interrupts that no callback was registered for. */
  droppedInterrupts: number;
}

export function newCounters(): Counters {
  return {
    received: 0,
    consumed: 0,
    sent: 0,
    turns: 0,
    commits: 0,
    deadLetters: 0,
    deadLettersDropped: 0,
    undeliverable: 0,
    droppedInterrupts: 0,
  };
}
