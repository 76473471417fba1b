/**
 * What exactly-once messages cost at least here: two bare objects with a socket between them that store what a crash must not lose,
 * and do nothing else. They have no mailbox, no turns, no names, no retries, no bounds and no guest. A sender stores what it sends
 * before it leaves, a receiver how far it has received before it acknowledges; what one event stores is one commit.
 */
import {
  accepted,
  BareObject,
  connect,
  FRAME_MESSAGES,
  FRAMES_UNDER_WAY,
  HEAD_BYTES,
  MESSAGE_BYTES,
  numberOf,
} from "./bare-object.ts";
import { rate } from "./rate.ts";

interface Env {
  readonly FLOOR: DurableObjectNamespace<Floor>;
}

/** A message with its length and kind, as frames hold it. */
const ENVELOPE_BYTES = MESSAGE_BYTES + 5;

export class Floor extends BareObject<Env> {
  /** The other side: answers each frame. */
  override fetch(request: Request): Response {
    return accepted((socket) => this.#answering(new URL(request.url).pathname.slice(1), socket));
  }

  /** Microseconds of a request and its reply, one at a time. */
  async timeRequests(ms: number, durable: boolean): Promise<{ us: number }> {
    const kind = durable ? "durable" : "volatile";
    let onReply = (): void => undefined;
    const socket = await this.#connect(kind, (frame) => {
      if (durable) this.receive("echo", frame);
      onReply();
    });
    const request = new Uint8Array(HEAD_BYTES + MESSAGE_BYTES);
    const perSecond = await rate(ms, (number) => {
      new DataView(request.buffer).setFloat64(0, number, true);
      if (durable) this.keep(number, request);
      socket.send(request);
      return new Promise<void>((resolve) => (onReply = resolve));
    });
    this.end(socket);
    return { us: 1e6 / perSecond };
  }

  /** Messages a second in frames of FRAME_MESSAGES. */
  async timeFlow(ms: number): Promise<{ perSecond: number }> {
    let acknowledged = 0;
    let onAck = (): void => undefined;
    const socket = await this.#connect("flow", (ack) => {
      acknowledged = numberOf(ack);
      onAck();
    });
    const frame = new Uint8Array(HEAD_BYTES + FRAME_MESSAGES * ENVELOPE_BYTES);
    const perSecond = await rate(ms, async (number) => {
      new DataView(frame.buffer).setFloat64(0, number, true);
      this.keep(number, frame, acknowledged);
      socket.send(frame);
      while (acknowledged <= number - FRAMES_UNDER_WAY) await new Promise<void>((resolve) => (onAck = resolve));
    });
    while (acknowledged < 1) await new Promise<void>((resolve) => (onAck = resolve));
    this.end(socket);
    return { perSecond: perSecond * FRAME_MESSAGES };
  }

  #connect(kind: string, onFrame: (frame: ArrayBuffer) => void): Promise<WebSocket> {
    return connect(this.env.FLOOR.getByName(`${kind}-receiver`), kind, onFrame);
  }

  #answering(kind: string, socket: WebSocket): (frame: ArrayBuffer) => void {
    const ack = new Uint8Array(HEAD_BYTES);
    switch (kind) {
      case "volatile":
        return (frame) => socket.send(frame);
      case "durable":
        return (frame) => {
          this.receive("asker", frame);
          this.keep(numberOf(frame), new Uint8Array(frame));
          socket.send(frame);
        };
      default:
        return (frame) => {
          this.receive("source", frame);
          new DataView(ack.buffer).setFloat64(0, numberOf(frame), true);
          socket.send(ack);
        };
    }
  }
}
