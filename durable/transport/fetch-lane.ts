/** A lane of one POST a batch, which the peer answers with the batch that it has by then. */
import type { Clock } from "../clock.ts";
import { decodeBatch, encodeBatch, type Batch } from "../core/frame.ts";
import type { Departure, Lane, LaneReceiver } from "../core/lane.ts";
import type { GlobalName } from "../core/names.ts";
import { withinTime } from "../time-limit.ts";
import type { ObjectStubs } from "./object-stubs.ts";

const ANSWER_MS_MAX = 30_000;

export class FetchLane implements Lane {
  readonly #stubs: ObjectStubs;
  readonly #receiver: LaneReceiver;
  readonly #clock: Clock;
  readonly #waitUntil: (work: Promise<unknown>) => void;

  /** `waitUntil` keeps the object alive until the promise settles. */
  constructor(stubs: ObjectStubs, receiver: LaneReceiver, clock: Clock, waitUntil: (work: Promise<unknown>) => void) {
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
      this.#receiver.onBatch(await this.#post(to, batch));
    } catch (error) {
      this.#receiver.onLost(to, String(error));
    }
  }

  #post(to: GlobalName, batch: Batch): Promise<Batch> {
    return withinTime(this.#clock, ANSWER_MS_MAX, async (signal) => {
      const request = { method: "POST", body: encodeBatch(batch), signal };
      const response = await this.#stubs.get(to).fetch("http://atom/batch", request);
      if (!response.ok) throw new Error(`${to} answered a batch with ${response.status}.`);
      return decodeBatch(new Uint8Array(await response.arrayBuffer()));
    });
  }
}
