/** What figures are compared with: bare Durable Objects, in the same process as the runtimes. */
import type { Bench, Measure, Unit } from "./measurement.ts";
import { askReference } from "./questions.ts";

/** A raw round trip by RPC between two objects. */
export const roundTrip = rpc("round trip", "/round-trip", "us", "us");

/** An object that stores each message in a row before it answers an RPC, one at a time. */
export const handWritten = rpc("hand-written", "/stored", "perSecond", "messages/s");

/** What the same costs at least, without a runtime: `reference/floor.ts`. */
export const requestFloor = rpc("floor", "/floor/request", "us", "us");
export const volatileRequestFloor = rpc("floor", "/floor/request-volatile", "us", "us");
export const oneWayFloor = rpc("floor", "/floor/one-way", "perSecond", "messages/s");
/** With the figure's own guests in it: `reference/guest-floor.ts`. */
export const guestFloor = rpc("floor with guests", "/floor/one-way-guests", "perSecond", "messages/s");

function rpc(name: string, route: string, field: string, unit: Unit): Measure {
  const measure = async (bench: Bench) => {
    const numbers = await askReference(await bench.shared(), `${route}?ms=${bench.pace.referenceMs}`);
    return { value: numbers[field] ?? NaN, unit };
  };
  return { name, measure };
}
