/**
 * The first message to an atom that has never run: its object, its tables, its instance. The atoms of a fresh process are asked one
 * after the other by another atom; the very first one is left out, because with it the engine compiles the module.
 */
import { atMost, type Bench, type Figure, type Measure, type Reading } from "../measurement.ts";
import { ask, askReference, command } from "../questions.ts";
import { roundTrip } from "../references.ts";

async function measureColdStarts(bench: Bench): Promise<Reading> {
  const stage = await bench.fresh();
  try {
    await ask(stage, "main/waker", command(0, 1));
    const count = bench.pace.crowd - 1;
    const [us = NaN] = await ask(stage, "main/waker", command(1, count));
    return { value: us / count, unit: "us" };
  } finally {
    await stage.stop();
  }
}

/** What it costs at least: `reference/cold.ts`. */
const coldFloor: Measure = {
  name: "floor",
  async measure(bench) {
    const stage = await bench.fresh();
    try {
      const { us = NaN } = await askReference(stage, `/floor/cold?count=${bench.pace.crowd - 1}`);
      return { value: us, unit: "us" };
    } finally {
      await stage.stop();
    }
  },
};

export const coldStartFigures: readonly Figure[] = [
  {
    name: "cold",
    title: "the first message to a cold atom with a module of 117 KB",
    measure: measureColdStarts,
    // What bare workerd does was measured on tmpfs, so there is a goal for tmpfs only.
    comparisons: [
      { reference: roundTrip, goals: { tmpfs: atMost(15) }, limits: { tmpfs: "12" } },
      { reference: coldFloor, goals: {} },
    ],
  },
];
