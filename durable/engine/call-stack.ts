/**
 * The activations of a guest: `invoke` at the bottom, on top of it the callbacks that run at its blocking points.
 *
 * Invariants
 * 1. Each activation has a current message, a slot for `take` and a last error of its own, so that the code below finds
 *    its own as it left them.
 * 2. What an activation holds is consumed when it ends well, and put back if it does not.
 */
import type { ChainLink } from "../core/envelope.ts";
import type { InterruptMail, Mail, MessageMail } from "../core/mailbox.ts";
import { GuestFault } from "./memory.ts";

export interface CallFrame {
  /** The current message, interrupt or re-entrant request. */
  current: MessageMail | InterruptMail | null;
  /** Bytes that wait for `take`. */
  slot: Uint8Array | null;
  /** The sentence of the last failure. */
  lastError: string;
  /** True once a blocking call answered CLOSED. */
  toldClosed: boolean;
  /** Delivered to this activation. */
  readonly held: (MessageMail | InterruptMail)[];
}

/** A frame for one call of the guest, with what it starts with. */
export function callFrame({ current = null, slot = null, lastError = "", held = [] }: Partial<CallFrame>): CallFrame {
  return { current, slot, lastError, toldClosed: false, held };
}

export class CallStack {
  readonly #frames: CallFrame[] = [];

  get depth(): number {
    return this.#frames.length;
  }

  get top(): CallFrame {
    const frame = this.#frames.at(-1);
    // A module's start function runs before any frame is entered.
    if (!frame) throw new GuestFault("A start function has no message and no bytes to take: export it as _initialize.");
    return frame;
  }

  get bottom(): CallFrame {
    return this.#frames[0] ?? this.top;
  }

  push(frame: CallFrame): void {
    this.#frames.push(frame);
  }

  /** Takes the top off and returns it. */
  pop(): CallFrame {
    const { top } = this;
    this.#frames.pop();
    return top;
  }

  /** Every mail that an activation works on, the newest first. */
  *mails(): Iterable<MessageMail | InterruptMail> {
    for (const frame of this.#frames.toReversed()) yield* mailsOf(frame);
  }

  /** Who waits for one of these mails to be handled, each link once; `isOpen`: its request is not answered yet. */
  chain(isOpen: (mail: Mail) => boolean): ChainLink[] {
    if (!this.#frames.some(worksOnRequest)) return [];
    const links = new Map<string, ChainLink>();
    for (const mail of this.mails()) {
      if (mail.envelope.kind !== "request" || !isOpen(mail)) continue;
      for (const link of mail.envelope.chain) links.set(`${link.atom} ${link.request}`, link);
    }
    return [...links.values()];
  }
}

function worksOnRequest({ current, held }: CallFrame): boolean {
  return current?.kind === "request" || held.some(({ kind }) => kind === "request");
}

/** What one activation works on, the newest first. */
export function mailsOf({ current, held }: CallFrame): Set<MessageMail | InterruptMail> {
  return new Set(current ? [current, ...held.toReversed()] : held.toReversed());
}
