/** What is asked of a frame that arrives: whether it can be read, and whether there is room for it. */
import { channelOf, envelopeStarts, kindOf } from "./envelope.ts";
import type { Frame } from "./frame.ts";
import type { Mailbox } from "./mailbox.ts";
import { fits } from "./outgoing.ts";
import type { Peers } from "./peers.ts";

/** Where the envelopes of a frame start; throws if it holds anything else, or not as many as it counts. */
export function startsOf({ from, channel, count, body }: Frame): number[] {
  const starts = envelopeStarts(body);
  const found = starts.length - 1;
  if (found !== count) throw new RangeError(`A frame of ${from} counts ${count} envelopes and holds ${found}.`);
  for (let index = 0; index < count; index++) {
    const kind = kindOf(body, starts[index] as number);
    if (channelOf(kind) !== channel)
      throw new RangeError(`A frame of ${from} brings an envelope of the kind "${kind}" by the channel "${channel}".`);
  }
  return starts;
}

/**
 * Answers for the frames of one batch whether there is room, counting those that it said yes to. A peer that does not take its
 * replies gets no more requests in.
 */
export function roomKeeper(mailbox: Mailbox, peers: Peers): (frame: Frame) => boolean {
  const messages = { messages: 0, bytes: 0 };
  const interrupts = { messages: 0, bytes: 0 };
  return ({ from, channel, count, body }) => {
    if (channel === "reply") return true;
    if (channel === "mail" && !peers.takesReplies(from)) return false;
    const coming = channel === "mail" ? messages : interrupts;
    if (!fits(coming, channel === "mail" ? mailbox.room : mailbox.interruptRoom)) return false;
    coming.messages += count;
    coming.bytes += body.length;
    return true;
  };
}
