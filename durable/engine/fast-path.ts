/**
 * The fast path of one guest, an instance of `fast-path.wat`: receiving, sending and returning from `invoke` without leaving WebAssembly.
 *
 * Invariants
 * 1. Whatever the guest did by it becomes its state, by `surface`, before any host function looks at that, before the guest waits, and
 *    when it ends, well or by a trap. So nothing else can tell it from what the host functions would have done one by one. Functions that
 *    have nothing to do with the current message call `settle`, which leaves that where it is, so that the guest goes on afterwards.
 *    Events may come between a trap, or the end of a callback, and what follows it here: they find the state of before, and nothing that
 *    they do changes the run in front.
 * 2. It hands out one-way messages only, of one run of the mailbox, that come for the first time; and takes messages only to
 *    the destination of the last `send`, as many as its queue has room for.
 * 3. It goes no further than a slice may before the clock is looked at, so that a slice lasts no longer by it.
 * 4. A guest that asks about the current message in other ways gains nothing, so it is tried there ever less often.
 */
import { FRAME_MESSAGES_MAX } from "../core/limits.ts";
import type { MessageMail } from "../core/mailbox.ts";
import type { GlobalName } from "../core/names.ts";
import { utf8 } from "../core/bytes.ts";
import {
  EXCHANGED_NAME_BYTES_MAX,
  IN_AT,
  IN_BYTES,
  OUT_AT,
  OUT_BYTES,
  sharedExchange,
  WORD,
  type Exchange,
  type ExchangeUser,
} from "./exchange.ts";
import type { Guest } from "./guest.ts";

/** Fewer messages are not worth their copy. */
const STRETCH_MIN = 4;
const STRETCH_MAX = 4_096;
/** How much longer a stretch is after one that went to its end. */
const STRETCH_GROWTH = 4;
/** After a stretch that was broken off at its beginning so many messages go the usual way, twice as many each time. */
const SKIPPED_MIN = 8;
const SKIPPED_MAX = 1_024;
/** So many messages to one destination in a row are worth an instance. */
const SENDS_BEFORE_INSTALLED = 16;

const NAMELESS = new Uint8Array(0) as Uint8Array;

/** Instantiates `fast-path.wat` for the guest, and has the guest go by it. */
export type Install = (exchange: WebAssembly.Memory, number: number) => void;

export class FastPath implements ExchangeUser {
  readonly #guest: Guest;
  readonly #install: Install;
  #exchange: Exchange | undefined;
  #number = 0;
  /** How many messages the open stretch has, and how many turns have ended in it; 0: none is open. */
  #stretch = 0;
  #ended = 0;
  #isDaemon = false;
  /** True if the current message is the next one of the mailbox, which does not know that it was handed out. */
  #isAhead = false;
  #hasReceived = false;
  #stretchMax = STRETCH_MIN;
  #skipped = SKIPPED_MIN;
  #skipping = 0;
  /** Where the last message went, and what the guest called that. */
  #to: GlobalName | undefined;
  #name = NAMELESS;
  #sends = 0;
  /** How many messages could be sent when that was opened. */
  #outLeft = 0;

  constructor(guest: Guest, install: Install) {
    this.#guest = guest;
    this.#install = install;
  }

  /** A message was sent the usual way, to what the guest calls by the name at `ptr`; the next ones may go by here. */
  noteSend(to: GlobalName, ptr: number, length: number): void {
    const exchange = this.#exchange;
    const isOpen = exchange?.isOf(this.#number);
    if (to !== this.#to) {
      if (exchange && isOpen) this.#closeSends(exchange);
      this.#to = length <= EXCHANGED_NAME_BYTES_MAX ? to : undefined;
      this.#name = NAMELESS;
      this.#sends = 0;
      return;
    }
    this.#sends += 1;
    if (this.#name === NAMELESS) this.#name = this.#guest.memory.read(ptr, length);
    if (!exchange && this.#sends < SENDS_BEFORE_INSTALLED) return;
    this.#openSends(to, exchange && isOpen ? exchange : this.#open());
  }

  /**
   * Lets the guest receive the messages that come next by itself; false if there are too few. A daemon has just received `last`, a
   * reactive atom is about to be called for the first of them.
   */
  openMessages(last?: MessageMail): boolean {
    if (this.#skipping > 0) {
      this.#skipping -= 1;
      return false;
    }
    const { atom, lasting, host } = this.#guest;
    const stretch = atom.mailbox.stretch(Math.min(this.#stretchMax, lasting.slice.turnsToLook), IN_BYTES);
    if (!stretch || stretch.count < STRETCH_MIN || (last && last.run !== stretch.run)) return false;
    const exchange = this.#open();
    const { words } = exchange;
    exchange.bytes.set(stretch.bytes, IN_AT);
    exchange.setSender(utf8(stretch.run.from));
    words[WORD.inAt] = IN_AT;
    words[WORD.inEnd] = IN_AT + stretch.bytes.length;
    this.#isDaemon = last !== undefined;
    this.#hasReceived = this.#isDaemon;
    this.#isAhead = !this.#isDaemon;
    words[WORD.daemon] = words[WORD.current] = this.#isDaemon ? 1 : 0;
    this.#stretch = stretch.count;
    this.#ended = 0;
    const seen = this.#to && this.#guest.destinations.get(this.#name, 0, this.#name.length);
    if (seen && host.locate(seen) === this.#to) this.#openSends(this.#to, exchange);
    return true;
  }

  /** What the guest did by it since it was opened becomes its state; nothing goes by it until it is opened again. */
  surface(): void {
    const exchange = this.#exchange;
    if (!exchange?.isOf(this.#number)) return;
    exchange.release();
    this.#take(exchange, true);
    if (this.#stretch > 0) this.#adapt(this.#stretch, this.#ended);
    this.#stretch = 0;
  }

  /** The same, but for the current message: the guest goes on by it. */
  settle(): void {
    const exchange = this.#exchange;
    if (!exchange?.isOf(this.#number)) return;
    this.#take(exchange, false);
    const { words } = exchange;
    const sentBytes = (words[WORD.outAt] as number) - OUT_AT;
    this.#outLeft = words[WORD.turnOutLeft] = words[WORD.outLeft] as number;
    words[WORD.outEnd] = (words[WORD.outEnd] as number) - sentBytes;
    words[WORD.outAt] = words[WORD.turnOutAt] = OUT_AT;
    words[WORD.turns] = 0;
  }

  /** Takes out what stands in the exchange, `all`: the current message, too. The words stay as they are. */
  #take(exchange: Exchange, all: boolean): void {
    const { words } = exchange;
    const at = (word: number) => words[word] as number;
    this.#handOver(exchange, this.#outLeft - at(WORD.turnOutLeft), OUT_AT, at(WORD.turnOutAt));
    if (this.#stretch > 0) this.#endTurns(at(WORD.turns), at(WORD.current) > 0);
    if (all && this.#stretch > 0 && this.#isAhead) this.#guest.takeUp(this.#hasReceived);
    this.#handOver(exchange, at(WORD.turnOutLeft) - at(WORD.outLeft), at(WORD.turnOutAt), at(WORD.outAt));
  }

  #endTurns(turns: number, hasReceived: boolean): void {
    if (turns > 0) {
      // A daemon's turn ends when it receives the next message, so the last one is not done with.
      const done = this.#isDaemon && !this.#isAhead ? turns - 1 : turns;
      this.#guest.endTurns(turns, done);
      this.#isAhead = true;
      this.#ended += turns;
    }
    this.#hasReceived = hasReceived;
  }

  #open(): Exchange {
    if (!this.#exchange) {
      this.#exchange = sharedExchange();
      this.#number = this.#exchange.enrol();
      this.#install(this.#exchange.memory, this.#number);
    }
    this.#exchange.claim(this, this.#number);
    this.#outLeft = 0;
    return this.#exchange;
  }

  #openSends(to: GlobalName, exchange: Exchange): void {
    const room = this.#guest.atom.roomFor(to);
    if (room.messages <= 0 || room.bytes <= 0) return this.#closeSends(exchange);
    this.#outLeft = Math.min(room.messages, FRAME_MESSAGES_MAX);
    const { words } = exchange;
    words[WORD.outAt] = words[WORD.turnOutAt] = OUT_AT;
    words[WORD.outEnd] = OUT_AT + Math.min(OUT_BYTES, room.bytes);
    words[WORD.outLeft] = words[WORD.turnOutLeft] = this.#outLeft;
    exchange.setDestination(this.#name);
  }

  #closeSends({ words }: Exchange): void {
    this.#outLeft = words[WORD.outLeft] = words[WORD.turnOutLeft] = 0;
  }

  #handOver({ bytes }: Exchange, count: number, start: number, end: number): void {
    if (count > 0 && this.#to) this.#guest.atom.sendEncoded(this.#to, count, bytes.subarray(start, end));
  }

  #adapt(stretch: number, turns: number): void {
    if (turns >= stretch - 1) this.#stretchMax = Math.min(STRETCH_MAX, STRETCH_GROWTH * stretch);
    else this.#stretchMax = Math.max(STRETCH_MIN, turns);
    if (turns >= STRETCH_MIN / 2) {
      this.#skipped = SKIPPED_MIN;
      return;
    }
    this.#skipping = this.#skipped;
    this.#skipped = Math.min(SKIPPED_MAX, 2 * this.#skipped);
  }
}
