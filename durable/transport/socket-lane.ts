/**
 * A lane of WebSockets between objects: one a pair of atoms, opened by the first of the two that finds the pair hot, used by
 * both. If both open one at the same time, each sends on the one that it had first.
 *
 * Invariants
 * 1. A socket carries batches both ways and nothing else. What comes in goes to the receiver in the order of arrival.
 * 2. Sending to a peer that died does not fail: so a departure that stalled closes the socket it would have taken.
 * 3. Who gets a batch that it cannot read closes the socket, so that both sides know what left to be lost.
 * 4. The side that opened a socket closes it once it was idle for IDLE_MS_MAX, so that both objects may be forgotten.
 */
import type { Clock } from "../clock.ts";
import { decodeBatch, encodeBatch } from "../core/frame.ts";
import type { Departure, LaneReceiver } from "../core/lane.ts";
import type { GlobalName } from "../core/names.ts";

export const IDLE_MS_MAX = 10_000;
const NORMAL_CLOSURE = 1000;
/** Of the codes that applications may use. */
const UNREADABLE_CLOSURE = 4000;

interface Connection {
  readonly peer: GlobalName;
  readonly socket: WebSocket;
  readonly opened: boolean;
  usedAtMs: number;
}

export class SocketLane {
  readonly #self: GlobalName;
  readonly #receiver: LaneReceiver;
  readonly #clock: Clock;
  readonly #connections = new Set<Connection>();
  /** The connection to send on, by peer. */
  readonly #sending = new Map<GlobalName, Connection>();
  #sweeping = false;

  constructor(self: GlobalName, receiver: LaneReceiver, clock: Clock) {
    this.#self = self;
    this.#receiver = receiver;
    this.#clock = clock;
  }

  /** Returns false if there is no socket to the peer. */
  send(to: GlobalName, { batch, stalled }: Departure): boolean {
    const connection = this.#sending.get(to);
    if (!connection) return false;
    if (stalled) {
      this.#drop(connection);
      return false;
    }
    connection.usedAtMs = this.#clock.now();
    connection.socket.send(encodeBatch(batch));
    return true;
  }

  /** Takes over a socket to the peer; `opened`: by this side. */
  add(peer: GlobalName, socket: WebSocket, opened: boolean): void {
    const connection: Connection = { peer, socket, opened, usedAtMs: this.#clock.now() };
    socket.accept();
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#onMessage(connection, data));
    socket.addEventListener("close", ({ reason }) => this.#onEnd(connection, reason || "The socket was closed."));
    socket.addEventListener("error", ({ message }) => this.#onEnd(connection, message));
    this.#connections.add(connection);
    if (!this.#sending.has(peer)) this.#sending.set(peer, connection);
    if (opened) this.#sweepLater();
  }

  #onMessage(connection: Connection, data: unknown): void {
    connection.usedAtMs = this.#clock.now();
    if (!(data instanceof ArrayBuffer)) return;
    try {
      this.#receiver.onBatch(decodeBatch(new Uint8Array(data), { from: connection.peer, to: this.#self }));
    } catch (error) {
      this.#refuse(connection, String(error));
    }
  }

  #refuse(connection: Connection, reason: string): void {
    this.#receiver.onUnreadable(connection.peer, reason);
    connection.socket.close(UNREADABLE_CLOSURE, "A batch could not be read.");
    this.#onEnd(connection, reason);
  }

  #onEnd(connection: Connection, reason: string): void {
    const sending = this.#sending.get(connection.peer) === connection;
    this.#forget(connection);
    // Nothing of this side went by a socket that it only received on.
    if (sending) this.#receiver.onLost(connection.peer, reason);
  }

  #drop(connection: Connection): void {
    this.#forget(connection);
    connection.socket.close(NORMAL_CLOSURE);
  }

  #forget(connection: Connection): void {
    if (this.#sending.get(connection.peer) === connection) this.#sending.delete(connection.peer);
    this.#connections.delete(connection);
  }

  #sweepLater(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#clock.after(IDLE_MS_MAX, () => {
      this.#sweeping = false;
      this.#sweep();
    });
  }

  #sweep(): void {
    const idleSinceMs = this.#clock.now() - IDLE_MS_MAX;
    const opened = [...this.#connections].filter((connection) => connection.opened);
    for (const connection of opened) if (connection.usedAtMs <= idleSinceMs) this.#drop(connection);
    if (opened.some((connection) => this.#connections.has(connection))) this.#sweepLater();
  }
}
