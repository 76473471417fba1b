/**
 * How late timers are at least beside a rally without end: two bare objects play a message back and forth over a socket, and one of them lets
 * the event loop turn every few milliseconds, without which no timer of the process would ever fire. Nobody does anything else meanwhile.
 */
import { accepted, BareObject, connect, HEAD_BYTES, MESSAGE_BYTES } from "./bare-object.ts";

interface Env {
  readonly FAIR_FLOOR: DurableObjectNamespace<FairFloor>;
}

/** How long the rally goes on without a turn of the event loop, and the least that a turn takes. */
const TURN_AFTER_MS = 5;
const TURN_MS = 1;
const TIMER_MS = 10;
/** The rally is under way when the first timer is set. */
const WARM_UP_MS = 200;

export class FairFloor extends BareObject<Env> {
  #playing = false;
  #balls = 0;

  /** The other side: plays each ball back. */
  override fetch(request: Request): Response {
    const durable = isDurable(new URL(request.url).pathname.slice(1));
    return accepted((socket) => (ball) => {
      if (durable) this.#store("ping", ball);
      socket.send(ball);
    });
  }

  /** Plays until `stop`. */
  async play(kind: "volatile" | "durable"): Promise<void> {
    this.#playing = true;
    this.#balls = 0;
    let turnedAtMs = performance.now();
    let onEnd = (): void => undefined;
    const ended = new Promise<void>((resolve) => (onEnd = resolve));
    const partner = this.env.FAIR_FLOOR.getByName(`${kind}-pong`);
    const socket = await connect(partner, kind, (ball) => {
      if (!this.#playing) onEnd();
      else if (performance.now() - turnedAtMs < TURN_AFTER_MS) back(ball);
      else void scheduler.wait(TURN_MS).then(() => turned(ball));
    });
    const turned = (ball: ArrayBuffer): void => {
      turnedAtMs = performance.now();
      back(ball);
    };
    const back = (ball: ArrayBuffer): void => {
      new DataView(ball).setFloat64(0, (this.#balls += 1), true);
      if (isDurable(kind)) this.#store("pong", ball);
      socket.send(ball);
    };
    back(new ArrayBuffer(HEAD_BYTES + MESSAGE_BYTES));
    await ended;
    this.end(socket);
  }

  /** Ends the rally; how many balls there were. */
  stop(): number {
    this.#playing = false;
    return this.#balls;
  }

  /** How late each of so many timers is, one after the other, in milliseconds. */
  async timeTimers(timers: number): Promise<number[]> {
    await scheduler.wait(WARM_UP_MS);
    const late: number[] = [];
    while (late.length < timers) {
      const startMs = performance.now();
      await scheduler.wait(TIMER_MS);
      late.push(performance.now() - startMs - TIMER_MS);
    }
    return late;
  }

  #store(peer: string, ball: ArrayBuffer): void {
    this.receive(peer, ball);
    this.keep(1, new Uint8Array(ball));
  }
}

/** The lateness of timers beside a rally of a pair. */
export async function timersBesideRally(
  objects: DurableObjectNamespace<FairFloor>,
  kind: "volatile" | "durable",
  timers: number,
): Promise<{ lateMs: number[]; balls: number }> {
  const ping = objects.getByName(`${kind}-ping`);
  const rally = ping.play(kind);
  const lateMs = await objects.getByName("timekeeper").timeTimers(timers);
  const balls = await ping.stop();
  await rally;
  return { lateMs, balls };
}

function isDurable(kind: string): boolean {
  return kind === "durable";
}
