/**
 * What exactly-once messages cost at least here: two bare objects with a socket between them that store what a crash must not lose,
 * and do nothing else. They have no mailbox, no turns, no names, no retries, no bounds and no guest. A sender stores what it sends
 * before it leaves, a receiver how far it has received before it acknowledges; what one event stores is one commit.
 */
import { DurableObject } from "cloudflare:workers";
import { rate } from "./rate.ts";

interface Env {
  readonly FLOOR: DurableObjectNamespace<Floor>;
}

const MESSAGE_BYTES = 64;
/** A message with its length and kind, as frames hold it. */
const ENVELOPE_BYTES = MESSAGE_BYTES + 5;
const FRAME_MESSAGES = 1_000;
/** The frame's number, before its messages. */
const HEAD_BYTES = 8;
const FRAMES_UNDER_WAY = 2;

export class Floor extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec("create table if not exists outbox(number integer primary key, body blob)");
    this.#sql.exec("create table if not exists received(peer text primary key, number integer) without rowid");
  }

  /** The other side: answers each frame. */
  override fetch(request: Request): Response {
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    accept(server, this.#answering(new URL(request.url).pathname.slice(1), server));
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Microseconds of a request and its reply, one at a time. */
  async timeRequests(ms: number, durable: boolean): Promise<{ us: number }> {
    const kind = durable ? "durable" : "volatile";
    let onReply = (): void => undefined;
    const socket = await this.#connect(kind, (frame) => {
      if (durable) this.#receive("echo", frame);
      onReply();
    });
    const request = new Uint8Array(HEAD_BYTES + MESSAGE_BYTES);
    const perSecond = await rate(ms, (number) => {
      new DataView(request.buffer).setFloat64(0, number, true);
      if (durable) this.#keep(number, request);
      socket.send(request);
      return new Promise<void>((resolve) => (onReply = resolve));
    });
    this.#end(socket);
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
      this.#keep(number, frame, acknowledged);
      socket.send(frame);
      while (acknowledged <= number - FRAMES_UNDER_WAY) await new Promise<void>((resolve) => (onAck = resolve));
    });
    while (acknowledged < 1) await new Promise<void>((resolve) => (onAck = resolve));
    this.#end(socket);
    return { perSecond: perSecond * FRAME_MESSAGES };
  }

  async #connect(kind: string, onFrame: (frame: ArrayBuffer) => void): Promise<WebSocket> {
    const stub = this.env.FLOOR.getByName(`${kind}-receiver`);
    const { webSocket } = await stub.fetch(`http://floor/${kind}`, { headers: { upgrade: "websocket" } });
    if (!webSocket) throw new Error("The floor's receiver opened no socket.");
    accept(webSocket, onFrame);
    return webSocket;
  }

  #answering(kind: string, socket: WebSocket): (frame: ArrayBuffer) => void {
    const ack = new Uint8Array(HEAD_BYTES);
    switch (kind) {
      case "volatile":
        return (frame) => socket.send(frame);
      case "durable":
        return (frame) => {
          this.#receive("asker", frame);
          this.#keep(numberOf(frame), new Uint8Array(frame));
          socket.send(frame);
        };
      default:
        return (frame) => {
          this.#receive("source", frame);
          new DataView(ack.buffer).setFloat64(0, numberOf(frame), true);
          socket.send(ack);
        };
    }
  }

  /** Stores a frame until it is acknowledged; those up to `acknowledged` are. */
  #keep(number: number, frame: Uint8Array, acknowledged = number - 1): void {
    this.#sql.exec("delete from outbox where number <= ?", acknowledged);
    this.#sql.exec("insert or replace into outbox values(?, ?)", number, frame);
  }

  #receive(peer: string, frame: ArrayBuffer): void {
    this.#sql.exec("insert or replace into received values(?, ?)", peer, numberOf(frame));
  }

  #end(socket: WebSocket): void {
    socket.close();
    this.#sql.exec("delete from outbox");
  }
}

function accept(socket: WebSocket, onFrame: (frame: ArrayBuffer) => void): void {
  socket.accept();
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => onFrame(data as ArrayBuffer));
}

function numberOf(frame: ArrayBuffer): number {
  return new DataView(frame).getFloat64(0, true);
}
