/** What is asked of a frame that arrives: whether it can be read, and whether there is room for it. */
import { channelOf, envelopeStarts, kindOf, requestIdOf } from "./envelope.ts";
import { isWireNumber, type ChannelClass, type Frame } from "./frame.ts";
import { FRAME_BODY_BYTES_MAX } from "./limits.ts";
import type { Mailbox } from "./mailbox.ts";
import type { GlobalName } from "./names.ts";
import { fits } from "./outgoing.ts";
import type { Peers } from "./peers.ts";

/** Where the envelopes of a frame start; throws if it holds what no runtime sends, or not as many as it counts. */
export function startsOf({ from, channel, count, body }: Frame): number[] {
  if (body.length > FRAME_BODY_BYTES_MAX)
    throw new RangeError(`A frame of ${from} has ${body.length} bytes; ${FRAME_BODY_BYTES_MAX} are the most.`);
  const starts = envelopeStarts(body);
  const found = starts.length - 1;
  if (found !== count) throw new RangeError(`A frame of ${from} counts ${count} envelopes and holds ${found}.`);
  for (let index = 0; index < count; index++) checkEnvelope(body, starts[index] as number, from, channel);
  return starts;
}

function checkEnvelope(run: Uint8Array, at: number, from: GlobalName, channel: ChannelClass): void {
  const kind = kindOf(run, at);
  if (channelOf(kind) !== channel || kind === "http")
    throw new RangeError(`A frame of ${from} brings an envelope of the kind "${kind}" by the channel "${channel}".`);
  if (kind !== "request") return;
  const id = requestIdOf(new DataView(run.buffer, run.byteOffset, run.byteLength), at);
  if (!isWireNumber(id)) throw new RangeError(`A frame of ${from} brings a request of the id ${id}.`);
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
