/**
 * Request and reply between two warm atoms of a runtime, one at a time, 64 bytes each way. The asker measures by its own clock.
 * A command has a new instance for each request.
 */
import { atMost, everywhere, type Bench, type Figure, type Reading } from "../measurement.ts";
import { ask, command } from "../questions.ts";
import { requestFloor, roundTrip, volatileRequestFloor } from "../references.ts";

const WARM_UP_MS = 50;

/** `asker`: a global name; `echo`: whom it asks, as it knows it. */
export function requestOf(asker: string, echo: string): (bench: Bench) => Promise<Reading> {
  return async (bench) => {
    const stage = await bench.shared();
    await ask(stage, asker, command(WARM_UP_MS, 0, echo));
    const [count = 0, us = NaN] = await ask(stage, asker, command(bench.pace.figureMs, 0, echo));
    return { value: us / count, unit: "us" };
  };
}

export const requestFigures: readonly Figure[] = [
  {
    name: "request",
    title: "durable request and reply",
    measure: requestOf("east/asker", "echo"),
    comparisons: [
      {
        reference: roundTrip,
        goals: { tmpfs: atMost(1.8), disk: atMost(4) },
      },
      { reference: requestFloor, goals: {} },
    ],
  },
  {
    name: "request-volatile",
    title: "volatile request and reply",
    measure: requestOf("east/volatile-asker", "volatile-echo"),
    comparisons: [
      { reference: roundTrip, goals: everywhere(atMost(0.6)) },
      { reference: volatileRequestFloor, goals: {} },
    ],
  },
  {
    name: "request-command",
    title: "durable request and reply, a new instance each (WASI)",
    measure: requestOf("east/asker", "command-echo"),
    comparisons: [{ reference: roundTrip, goals: {} }],
  },
];
