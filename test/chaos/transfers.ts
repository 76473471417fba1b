/** Transfers, the ways in which they are ordered, and how they are drawn. */
import type { Bank, BankAtom } from "./bank.ts";
import type { Random } from "./random.ts";

/**
 * How a transfer is ordered: by a one-way message, which the account always obeys; by a request or an HTTP trigger, which it
 * declines if it lacks the money; or at a teller, which moves the money by requests of its own.
 */
export type Way = "message" | "request" | "trigger" | "teller";

export interface Transfer {
  readonly id: string;
  readonly way: Way;
  readonly from: BankAtom;
  readonly to: BankAtom;
  /** Whom the order goes to: the account that pays, or a teller. */
  readonly at: BankAtom;
  readonly amount: number;
  /** By which channel the credit travels. */
  readonly channel: "mail" | "interrupt";
  /** How often its handling traps once all is done; below the number of attempts that a message has. */
  readonly traps: number;
}

/** What the client was told. `unknown`: it never got an answer that tells. */
export type Verdict = "accepted" | "done" | "declined" | "refused" | "failed" | "unknown";

const WAYS: readonly Way[] = ["message", "message", "message", "request", "trigger", "trigger", "teller"];
/** So many of the transfers are between neighbours, so that some pairs of atoms are busy enough for sockets. */
const NEIGHBOUR_CHANCE = 0.7;
const AMOUNT_MAX = 99;
const TRAP_CHANCE = 0.01;
const TRAPS_MAX = 2;
const INTERRUPT_CHANCE = 0.3;

export function drawTransfer(id: string, { accounts, tellers }: Bank, random: Random): Transfer {
  const way = random.pick(WAYS);
  const { from, to } = drawPair(accounts, random);
  const byInterrupt = way !== "teller" && to.kind === "daemon" && random.chance(INTERRUPT_CHANCE);
  return {
    id,
    way,
    from,
    to,
    at: way === "teller" ? random.pick(tellers) : from,
    amount: 1 + random.below(AMOUNT_MAX),
    channel: byInterrupt ? "interrupt" : "mail",
    traps: way !== "teller" && random.chance(TRAP_CHANCE) ? 1 + random.below(TRAPS_MAX) : 0,
  };
}

function drawPair(accounts: readonly BankAtom[], random: Random): Pick<Transfer, "from" | "to"> {
  const from = random.pick(accounts);
  const neighbour = accounts[accounts.indexOf(from) ^ 1];
  if (neighbour && random.chance(NEIGHBOUR_CHANCE)) return { from, to: neighbour };
  return { from, to: random.pick(accounts.filter((account) => account !== from)) };
}

/** The order as the account or the teller reads it. */
export function orderOf({ id, way, from, to, amount, channel, traps }: Transfer): string {
  if (way === "teller") return JSON.stringify({ id, from: from.global, to: to.global, amount });
  return JSON.stringify({ op: "pay", id, to: to.global, amount, channel, traps });
}
