/** Calls of host functions from WebAssembly: many within a turn, timed inside the guest, less a loop without them. */
import { atMost, everywhere, type Bench, type Figure, type Reading } from "../measurement.ts";
import { ask, command } from "../questions.ts";
import { roundTrip } from "../references.ts";
import type { Stage } from "../stage.ts";

const CALLS = { none: 0, get: 1, put: 2, send: 3 } as const;
type Call = keyof typeof CALLS;

/**
 * The clock in an object advances by whole milliseconds, so the loops are long and their times are summed. A turn's messages wait in
 * the outbox until they are acknowledged, and it takes 10,000.
 */
const TIMES: Readonly<Record<Call, number>> = { none: 200_000, get: 200_000, put: 200_000, send: 4_000 };
const REPETITIONS: Readonly<Record<Call, number>> = { none: 1, get: 2, put: 2, send: 20 };

function measureCall(call: Call): (bench: Bench) => Promise<Reading> {
  return async (bench) => {
    const stage = await bench.shared();
    await timeCalls(stage, call);
    const loop = await timeCalls(stage, "none");
    let sum = 0;
    for (let repetition = 0; repetition < REPETITIONS[call]; repetition += 1) sum += await timeCalls(stage, call);
    return { value: sum / REPETITIONS[call] - loop, unit: "us" };
  };
}

/** Microseconds a call. */
async function timeCalls(stage: Stage, call: Call): Promise<number> {
  const [us = NaN] = await ask(stage, "east/calls", command(CALLS[call], TIMES[call]));
  return us / TIMES[call];
}

function figure(name: string, call: Call, title: string): Figure {
  return {
    name,
    title,
    measure: measureCall(call),
    comparisons: [
      { goals: everywhere(atMost(1)), limits: everywhere("0.1 to 0.2") },
      { reference: roundTrip, goals: {} },
    ],
  };
}

export const guestCallFigures: readonly Figure[] = [
  figure("kv-get", "get", "kv.get of a key touched in the turn"),
  figure("kv-put", "put", "kv.put of a key touched in the turn"),
  figure("send-call", "send", "the call of send alone"),
];
