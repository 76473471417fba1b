/**
 * One-way messages: a source sends messages of 64 bytes in a loop until it gets BUSY, passes a blocking point, and goes on; a sink
 * counts them. The rate is taken at the sink, after a warm-up, by its own clock. A message that is lost, comes twice or out of order
 * makes the figure fail.
 */
import {
  atLeast,
  everywhere,
  type Bench,
  type Comparison,
  type Figure,
  type Measure,
  type Reading,
} from "../measurement.ts";
import { ask, command } from "../questions.ts";
import { guestFloor, handWritten, oneWayFloor, roundTrip } from "../references.ts";

/** No bound: the source sends until it gets BUSY. */
const UNTIL_BUSY = 0;

const SAME_RUNTIME: readonly Comparison[] = [
  {
    reference: roundTrip,
    goals: { tmpfs: atLeast(150), disk: atLeast(80) },
  },
  { reference: handWritten, goals: everywhere(atLeast(200)) },
  { reference: oneWayFloor, goals: {} },
  { reference: guestFloor, goals: {} },
];

function across(name: string, sink: string): readonly Comparison[] {
  const reference: Measure = { name, measure: flowTo(sink) };
  return [
    { reference, goals: everywhere(atLeast(0.9)), limits: everywhere("about 1") },
    { reference: roundTrip, goals: {} },
  ];
}

function flowTo(sink: string): (bench: Bench) => Promise<Reading> {
  return async (bench) => {
    const tally = await ask(await bench.shared(), "east/source", command(bench.pace.figureMs, UNTIL_BUSY, sink));
    const [count = 0, errors = 0, began = 0, ended = 0, before = 0] = tally;
    if (errors > 0) throw new Error(`${errors} of ${count} messages were lost, came twice or out of order.`);
    return { value: ((count - before) * 1e6) / (ended - began), unit: "messages/s" };
  };
}

export const oneWayFigures: readonly Figure[] = [
  {
    name: "one-way",
    title: "one-way to a reactive atom",
    measure: flowTo("sink"),
    comparisons: SAME_RUNTIME,
  },
  {
    name: "one-way-daemon",
    title: "one-way to a daemon",
    measure: flowTo("sink-daemon"),
    comparisons: SAME_RUNTIME,
  },
  {
    name: "one-way-keep",
    title: "one-way to a reactive atom that stores a count with each",
    measure: flowTo("sink-keep"),
    comparisons: SAME_RUNTIME,
  },
  {
    name: "one-way-across",
    title: "one-way to a reactive atom of another runtime",
    measure: flowTo("west/sink"),
    comparisons: across("one-way", "sink"),
  },
  {
    name: "one-way-daemon-across",
    title: "one-way to a daemon of another runtime",
    measure: flowTo("west/sink-daemon"),
    comparisons: across("one-way-daemon", "sink-daemon"),
  },
];
