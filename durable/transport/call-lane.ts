/** A lane of one call (RPC) a batch, which the peer answers with the batch that it has by then. */
import type { Clock } from "../clock.ts";
import { alone } from "../core/bytes.ts";
import { decodeBatch, encodeBatch, endsOf, type Batch } from "../core/frame.ts";
import type { Departure, Lane, LaneReceiver } from "../core/lane.ts";
import type { GlobalName } from "../core/names.ts";
import type { PeerObjects } from "./object-stubs.ts";

const ANSWER_MS_MAX = 30_000;

export class CallLane implements Lane {
  readonly #stubs: PeerObjects;
  readonly #receiver: LaneReceiver;
  readonly #clock: Clock;
  readonly #waitUntil: (work: Promise<unknown>) => void;

  /** `waitUntil` keeps the object alive until the promise settles. */
  constructor(stubs: PeerObjects, receiver: LaneReceiver, clock: Clock, waitUntil: (work: Promise<unknown>) => void) {
    this.#stubs = stubs;
    this.#receiver = receiver;
    this.#clock = clock;
    this.#waitUntil = waitUntil;
  }

  send(to: GlobalName, { batch }: Departure): void {
    this.#waitUntil(this.#carry(to, batch));
  }

  async #carry(to: GlobalName, batch: Batch): Promise<void> {
    try {
      const answer = decodeBatch(await this.#call(to, encodeBatch(batch)));
      requireAnswer(answer, to, endsOf(batch)?.from);
      this.#receiver.onBatch(answer);
    } catch (error) {
      this.#receiver.onLost(to, String(error));
    }
  }

  /** A call cannot be called off: one that takes too long goes on, and what it brings is dropped. */
  #call(to: GlobalName, batch: Uint8Array): Promise<Uint8Array> {
    const object = this.#stubs.get(to);
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`${to} did not answer a batch within ${ANSWER_MS_MAX} ms.`));
      const cancel = this.#clock.after(ANSWER_MS_MAX, late);
      object.exchange(alone(batch)).then(resolve, reject).finally(cancel);
    });
  }
}

/** Who is asked speaks for itself: a runtime that no binding reaches could otherwise answer with what a third one's atom says. */
function requireAnswer(answer: Batch, asked: GlobalName, asker: GlobalName | undefined): void {
  const ends = endsOf(answer);
  if (ends === undefined || (ends.from === asked && ends.to === asker)) return;
  throw new Error(`${asked} answered with a batch from ${ends.from} to ${ends.to}.`);
}
