/** What the bare objects of the floors have in common: rows for what a crash must not lose, and frames that begin with their number. */
import { DurableObject } from "cloudflare:workers";

/** The frame's number, before its messages. */
export const HEAD_BYTES = 8;
export const MESSAGE_BYTES = 64;
export const FRAME_MESSAGES = 1_000;
export const FRAMES_UNDER_WAY = 2;

export class BareObject<Env> extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec("create table if not exists outbox(number integer primary key, body blob)");
    this.#sql.exec("create table if not exists received(peer text primary key, number integer) without rowid");
  }

  /** Stores a frame until it is acknowledged; those up to `acknowledged` are. */
  protected keep(number: number, frame: Uint8Array, acknowledged = number - 1): void {
    this.#sql.exec("delete from outbox where number <= ?", acknowledged);
    this.#sql.exec("insert or replace into outbox values(?, ?)", number, frame);
  }

  protected receive(peer: string, frame: ArrayBuffer): void {
    this.#sql.exec("insert or replace into received values(?, ?)", peer, numberOf(frame));
  }

  protected end(socket: WebSocket): void {
    socket.close();
    this.#sql.exec("delete from outbox");
  }
}

/** A socket to another object. */
export async function connect(stub: DurableObjectStub, kind: string, onFrame: (frame: ArrayBuffer) => void) {
  const { webSocket } = await stub.fetch(`http://floor/${kind}`, { headers: { upgrade: "websocket" } });
  if (!webSocket) throw new Error("The floor's receiver opened no socket.");
  accept(webSocket, onFrame);
  return webSocket;
}

/** The other end of a socket: `receiver` makes what takes its frames. */
export function accepted(receiver: (socket: WebSocket) => (frame: ArrayBuffer) => void): Response {
  const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
  accept(server, receiver(server));
  return new Response(null, { status: 101, webSocket: client });
}

function accept(socket: WebSocket, onFrame: (frame: ArrayBuffer) => void): void {
  socket.accept();
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => onFrame(data as ArrayBuffer));
}

export function numberOf(frame: ArrayBuffer): number {
  return new DataView(frame).getFloat64(0, true);
}
