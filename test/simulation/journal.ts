/**
 * What a script's turn does, noted in the turn itself.
 *
 * Invariants
 * 1. Each turn that does anything writes a mark of its own into the atom's key-value store, and counts the atom's
 *    counter up, so that the store says which turns were committed.
 * 2. A turn ends at each blocking call. One that ends twice is noted as two, both of which are in the same commit.
 */
import { fromUtf8 } from "../../durable/core/bytes.ts";
import type { GuestCalls } from "./guest-calls.ts";
import type { Fact, Ledger, TurnFacts } from "./ledger.ts";

export const TURN_PREFIX = "turn:";
export const COUNT_KEY = "count";

export class Journal {
  readonly #ledger: Ledger;
  readonly #calls: () => GuestCalls;
  #turn: TurnFacts | undefined;

  constructor(ledger: Ledger, calls: () => GuestCalls) {
    this.#ledger = ledger;
    this.#calls = calls;
  }

  note(fact: Fact): void {
    this.#turn ??= this.#begin();
    this.#turn.facts.push(fact);
  }

  end(): void {
    this.#turn = undefined;
  }

  #begin(): TurnFacts {
    const calls = this.#calls();
    const before = calls.get(COUNT_KEY);
    const turn = this.#ledger.newTurn(typeof before === "number" ? 1 : Number(fromUtf8(before)) + 1);
    calls.put(COUNT_KEY, String(turn.count));
    calls.put(`${TURN_PREFIX}${turn.id}`, "");
    return turn;
  }
}
