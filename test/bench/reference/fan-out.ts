/**
 * What one durable message to many costs at least: a bare object with a socket to each of the others. It stores what it sends before
 * it leaves; each of the others stores that it has the message before it acknowledges it, with the time when it came.
 */
import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly FAN_OUT: DurableObjectNamespace<FanOut>;
}

const RECEIVERS = 100;
const MESSAGE = new Uint8Array(64).fill(7);
/** Messages go out apart from each other, as those of the atoms do. */
const PAUSE_MS = 100;

export class FanOut extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec("create table if not exists messages(number integer primary key, body blob)");
  }

  /** A receiver. */
  override fetch(): Response {
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    server.accept();
    server.binaryType = "arraybuffer";
    server.addEventListener("message", ({ data }) => {
      const cameAtMs = nowMs();
      this.#keep(data as ArrayBuffer);
      server.send(String(cameAtMs));
    });
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Microseconds a delivery, of each message: from its turn to the moment when the last receiver has it. */
  async timeDeliveries(ms: number): Promise<{ us: readonly number[] }> {
    const arrivals: number[] = [];
    const sockets = await Promise.all(Array.from({ length: RECEIVERS }, (_, index) => this.#connect(index, arrivals)));
    const us: number[] = [];
    for (let left = Math.ceil(ms / PAUSE_MS); left > 0; left -= 1) {
      await scheduler.wait(PAUSE_MS);
      arrivals.length = 0;
      const startMs = nowMs();
      this.#keep(MESSAGE);
      for (const socket of sockets) socket.send(MESSAGE);
      while (arrivals.length < RECEIVERS) await scheduler.wait(1);
      us.push(((Math.max(...arrivals) - startMs) * 1000) / RECEIVERS);
    }
    for (const socket of sockets) socket.close();
    return { us };
  }

  async #connect(index: number, arrivals: number[]): Promise<WebSocket> {
    const stub = this.env.FAN_OUT.getByName(`receiver-${index}`);
    const { webSocket } = await stub.fetch("http://floor/", { headers: { upgrade: "websocket" } });
    if (!webSocket) throw new Error("A receiver of the floor opened no socket.");
    webSocket.accept();
    webSocket.addEventListener("message", ({ data }) => arrivals.push(Number(data)));
    return webSocket;
  }

  #keep(message: ArrayBuffer | Uint8Array): void {
    this.#sql.exec("insert or replace into messages values(1, ?)", message);
  }
}

/** A clock that the objects of a process share. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
