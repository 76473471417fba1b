/**
 * The lane between atoms' objects: where a binding leads to the peer, a call for the first batches of a pair and a socket once the
 * pair is hot; elsewhere signed requests.
 *
 * Invariants
 * 1. A pair is hot once HOT_BATCHES left within HOT_MS of each other; its batches go on as calls until its socket is open.
 * 2. A socket that cannot be opened costs nothing but the try, and that is made again OPEN_AGAIN_MS later at the earliest.
 */
import type { Clock } from "../clock.ts";
import type { Departure, Lane, LaneReceiver } from "../core/lane.ts";
import type { GlobalName } from "../core/names.ts";
import { CallLane } from "./call-lane.ts";
import type { PeerObjects } from "./object-stubs.ts";
import { RemoteLane } from "./remote-lane.ts";
import { SocketLane } from "./socket-lane.ts";

export const HOT_BATCHES = 3;
export const HOT_MS = 1_000;
const OPEN_AGAIN_MS = 5_000;
/** The opener of a socket says with it which atom it is. */
export const PEER_HEADER = "x-radon-peer";

/** How busy the way to a peer is. */
interface Heat {
  batches: number;
  lastAtMs: number;
  openAtMs: number;
}

export class ObjectLane implements Lane {
  readonly sockets: SocketLane;
  readonly #self: GlobalName;
  readonly #calls: CallLane;
  readonly #remote: RemoteLane;
  readonly #stubs: PeerObjects;
  readonly #clock: Clock;
  readonly #waitUntil: (work: Promise<unknown>) => void;
  readonly #heat = new Map<GlobalName, Heat>();

  /** `waitUntil` keeps the object alive until the promise settles. */
  constructor(
    self: GlobalName,
    stubs: PeerObjects,
    receiver: LaneReceiver,
    clock: Clock,
    waitUntil: (work: Promise<unknown>) => void,
  ) {
    this.sockets = new SocketLane(self, receiver, clock);
    this.#self = self;
    this.#calls = new CallLane(stubs, receiver, clock, waitUntil);
    this.#remote = new RemoteLane(this.#calls, clock);
    this.#stubs = stubs;
    this.#clock = clock;
    this.#waitUntil = waitUntil;
  }

  send(to: GlobalName, departure: Departure): void {
    if (this.sockets.send(to, departure)) return;
    if (this.#stubs.isRemote(to)) return this.#remote.send(to, departure);
    this.#calls.send(to, departure);
    if (this.#turnsHot(to)) this.#waitUntil(this.#open(to));
  }

  #turnsHot(to: GlobalName): boolean {
    const nowMs = this.#clock.now();
    const heat = this.#heat.get(to) ?? { batches: 0, lastAtMs: nowMs, openAtMs: 0 };
    this.#heat.set(to, heat);
    heat.batches = nowMs - heat.lastAtMs <= HOT_MS ? heat.batches + 1 : 1;
    heat.lastAtMs = nowMs;
    if (heat.batches < HOT_BATCHES || nowMs < heat.openAtMs) return false;
    heat.openAtMs = nowMs + OPEN_AGAIN_MS;
    return true;
  }

  async #open(to: GlobalName): Promise<void> {
    try {
      const headers = { upgrade: "websocket", [PEER_HEADER]: this.#self };
      const { webSocket } = await this.#stubs.get(to).fetch("http://atom/socket", { headers });
      if (!webSocket) return;
      this.#heat.delete(to);
      this.sockets.add(to, webSocket, true);
    } catch {
      // The batches go by calls, and it is those that tell what is wrong with the peer.
    }
  }
}
