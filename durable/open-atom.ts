/**
 * Opens an atom in the object that it runs in: its session over the object's storage, with the lanes and the naming that the
 * object has. The object is that of the runtime's own Worker, or one of a module that was loaded (durable/loaded).
 */
import type { Application, AtomEntry } from "./core/application.ts";
import { RESTING_MEMORY_BYTES_MAX } from "./core/limits.ts";
import type { LaneReceiver } from "./core/lane.ts";
import { globalName } from "./core/names.ts";
import { AtomSession, type NamingPort, type SessionPorts } from "./atom-session.ts";
import { systemClock } from "./clock.ts";
import type { Program } from "./engine/program.ts";
import { RestingInstances } from "./engine/resting-instances.ts";
import { LoopTurns } from "./loop-turns.ts";
import type { AtomParts } from "./object-routes/atom-parts.ts";
import type { SqliteStore } from "./sqlite-store.ts";
import { ObjectLane } from "./transport/object-lane.ts";
import type { PeerObjects } from "./transport/object-stubs.ts";

/** Several objects share an isolate, and its memory. */
const resting = new RestingInstances(RESTING_MEMORY_BYTES_MAX);
/** And the thread. */
const turns = new LoopTurns();

/** What the object gives its atom. */
export interface AtomPlatform extends Pick<SessionPorts, "waitUntil" | "setAlarm" | "abort"> {
  readonly store: SqliteStore;
  readonly peers: PeerObjects;
  readonly naming: NamingPort;
}

export function openAtom(
  application: Application,
  entry: AtomEntry,
  program: Program,
  platform: AtomPlatform,
): AtomParts {
  const { store, peers, naming, waitUntil, setAlarm, abort } = platform;
  if (store.atomName === undefined) store.noteAtomName(entry.name);
  const self = globalName(entry.runtime, entry.name);
  const openLane = (receiver: LaneReceiver) => new ObjectLane(self, peers, receiver, systemClock, waitUntil);
  let lane: ObjectLane | undefined;
  const session = new AtomSession(application, entry, program, {
    ...{ store, naming, clock: systemClock, resting, turns, waitUntil, setAlarm, abort },
    openLane: (receiver) => (lane = openLane(receiver)),
  });
  return { session, sockets: (lane as unknown as ObjectLane).sockets };
}
