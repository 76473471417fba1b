/**
 * One message to 100 subscribers, durable. Messages go out far apart, so none shares a commit with another. A delivery is timed where it
 * happens: from the publisher's turn to the moment the last subscriber has the message; the clocks of the atoms of one process agree.
 */
import { SUBSCRIBERS, subscriberName } from "../applications.ts";
import { atMost, everywhere, type Bench, type Figure, type Measure, type Reading } from "../measurement.ts";
import { ask, askReference, command } from "../questions.ts";
import { meanOfMiddle } from "../ratio.ts";
import { roundTrip } from "../references.ts";
import type { Stage } from "../stage.ts";

const PAUSE_MS = 100;
/** With the first message the subscribers start. */
const WARM_UP_PAUSE_MS = 1_000;

async function measurePublishing(bench: Bench): Promise<Reading> {
  const stage = await bench.shared();
  await publish(stage, 1, WARM_UP_PAUSE_MS);
  const took = await publish(stage, Math.ceil(bench.pace.figureMs / PAUSE_MS), PAUSE_MS);
  return { value: meanOfMiddle(took) / SUBSCRIBERS, unit: "us" };
}

/** Microseconds from each message's turn to its last delivery. */
async function publish(stage: Stage, messages: number, pauseMs: number): Promise<number[]> {
  const sent = await ask(stage, "east/publisher", command(messages, pauseMs));
  const received = await Promise.all(
    Array.from({ length: SUBSCRIBERS }, (_, index) => ask(stage, `east/${subscriberName(index)}`, new Uint8Array(0))),
  );
  const wrong = received.filter((times) => times.length !== messages);
  if (wrong.length > 0) throw new Error(`${wrong.length} subscribers did not get each of ${messages} messages once.`);
  return sent.map((at, message) => Math.max(...received.map((times) => times[message] ?? NaN)) - at);
}

/** What it costs at least: `reference/fan-out.ts`. */
const publishFloor: Measure = {
  name: "floor",
  async measure(bench) {
    const { us } = await askReference<{ us: number[] }>(
      await bench.shared(),
      `/floor/publish?ms=${bench.pace.referenceMs}`,
    );
    return { value: meanOfMiddle(us), unit: "us" };
  },
};

export const publishFigures: readonly Figure[] = [
  {
    name: "publish",
    title: `one message to ${SUBSCRIBERS} subscribers, a delivery`,
    measure: measurePublishing,
    comparisons: [
      { reference: roundTrip, goals: everywhere(atMost(0.5)) },
      { reference: publishFloor, goals: {} },
    ],
  },
];
