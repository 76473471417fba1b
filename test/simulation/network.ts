/**
 * The network between objects: it loses, repeats, delays and reorders batches, and it breaks. What the lanes of atoms
 * are made of is here and nowhere else in the simulator.
 *
 * Invariants
 * 1. A batch arrives as the bytes that left, never as the sender's objects.
 * 2. Outside of noise and cuts every batch arrives, after a short and varying time.
 * 3. A batch goes as a POST, which the peer answers, or over a socket, which says nothing of what it loses when the peer is
 *    gone. What is for an atom that does not exist is answered as durable/atom-object.ts answers it.
 */
import { decodeBatch, encodeBatch, refusalOf, type Batch } from "../../durable/core/frame.ts";
import type { Lane, LaneReceiver } from "../../durable/core/lane.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Life, SimObject } from "./sim-object.ts";

export interface Noise {
  readonly loss: number;
  readonly repeat: number;
  readonly delayMs: number;
}

const QUIET: Noise = { loss: 0, repeat: 0, delayMs: 0 };
const TRIP_MS_MAX = 3;
/** How long it takes until a sender hears that something was lost. */
const LOSS_NOTICED_MS_MAX = 400;

/** One batch on its way. */
interface Trip {
  readonly kind: "post" | "socket";
  readonly from: SimObject;
  readonly life: Life;
  readonly to: SimObject;
  readonly receiver: LaneReceiver;
}

export class Network {
  noise: Noise = QUIET;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #objects: ReadonlyMap<GlobalName, SimObject>;
  readonly #trace: (text: string) => void;
  readonly #cuts = new Set<string>();
  readonly #trips = new Set<Trip>();

  constructor(
    scheduler: Scheduler,
    random: Random,
    objects: ReadonlyMap<GlobalName, SimObject>,
    trace: (text: string) => void,
  ) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#objects = objects;
    this.#trace = trace;
  }

  laneOf(from: SimObject, life: Life, receiver: LaneReceiver): Lane {
    return {
      send: (name, { batch }) => {
        if (life.over || life.dying) return;
        const to = this.#objects.get(name) as SimObject;
        const kind = to.exists && this.#random.chance(0.5) ? "socket" : "post";
        this.#trace(`${from.name} -> ${to.name} by ${kind}: ${shown(batch)}`);
        this.#send({ kind, from, life, to, receiver }, encodeBatch(batch));
      },
    };
  }

  cut(a: SimObject, b: SimObject): void {
    this.#cuts.add(pairOf(a, b));
    for (const trip of [...this.#trips])
      if (pairOf(trip.from, trip.to) === pairOf(a, b)) this.#lose(trip, "the way broke");
  }

  mend(a: SimObject, b: SimObject): void {
    this.#cuts.delete(pairOf(a, b));
  }

  heal(): void {
    this.noise = QUIET;
    this.#cuts.clear();
  }

  /** Everything that this object sent lately is lost before it left. */
  forget(from: SimObject): void {
    for (const trip of [...this.#trips]) if (trip.from === from) this.#trips.delete(trip);
  }

  #send(trip: Trip, bytes: Uint8Array): void {
    this.#trips.add(trip);
    if (this.#random.chance(this.noise.repeat))
      this.#scheduler.after(this.#tripMs(), () => this.#repeat(trip.to, bytes));
    this.#travel(trip, () => this.#arrive(trip, bytes));
  }

  /** Lets the trip go one way, or loses it. */
  #travel(trip: Trip, arrive: () => void): void {
    if (this.#cuts.has(pairOf(trip.from, trip.to))) this.#lose(trip, "there is no way");
    else if (this.#random.chance(this.noise.loss)) this.#lose(trip, "lost on the way");
    else this.#scheduler.after(this.#tripMs(), () => this.#trips.has(trip) && arrive());
  }

  /** A POST always fails in the end; a socket may as well say nothing. */
  #lose(trip: Trip, reason: string): void {
    const { kind, life, to, receiver } = trip;
    if (!this.#trips.delete(trip) || (kind === "socket" && this.#random.chance(0.5))) return;
    this.#scheduler.after(this.#random.next() * LOSS_NOTICED_MS_MAX, () => {
      if (life.over || life.dying) return;
      this.#trace(`${trip.from.name} hears that ${to.name} was not reached: ${reason}`);
      receiver.onLost(to.name, reason);
    });
  }

  #arrive(trip: Trip, bytes: Uint8Array): void {
    const { kind, to } = trip;
    if (!to.exists) {
      if (kind === "post") this.#return(trip, encodeBatch(refusalOf(decodeBatch(bytes))));
      else this.#lose(trip, "the peer is gone");
      return;
    }
    const life = to.wake();
    if (kind === "post") return this.#post(trip, life, bytes);
    this.#trips.delete(trip);
    life.session.onBatch(decodeBatch(bytes));
  }

  #post(trip: Trip, life: Life, bytes: Uint8Array): void {
    const onEnd = () => this.#lose(trip, "the peer is gone");
    life.onEnd.add(onEnd);
    life.session.answerBatch(decodeBatch(bytes)).then(
      (answer) => {
        life.onEnd.delete(onEnd);
        if (life.over || life.dying) onEnd();
        else this.#return(trip, encodeBatch(answer));
      },
      () => onEnd(),
    );
  }

  #return(trip: Trip, answer: Uint8Array): void {
    this.#travel(trip, () => {
      const { life, from, to, receiver } = trip;
      this.#trips.delete(trip);
      if (life.over || life.dying) return;
      const batch = decodeBatch(answer);
      this.#trace(`${to.name} => ${from.name}: ${shown(batch)}`);
      receiver.onBatch(batch);
    });
  }

  #repeat(to: SimObject, bytes: Uint8Array): void {
    if (!to.exists) return;
    this.#trace(`a repetition comes to ${to.name}`);
    to.wake().session.onBatch(decodeBatch(bytes));
  }

  #tripMs(): number {
    return this.#random.next() * (TRIP_MS_MAX + this.noise.delayMs);
  }
}

function pairOf(a: SimObject, b: SimObject): string {
  return a.index < b.index ? `${a.index} ${b.index}` : `${b.index} ${a.index}`;
}

function shown({ frames, acks }: Batch): string {
  const shownFrames = frames.map(({ channel, first, count }) => `${channel} ${first}+${count}`);
  const shownAcks = acks.map(({ channel, next, status }) => `ack ${channel} ${next} ${status}`);
  return [...shownFrames, ...shownAcks].join(", ");
}
