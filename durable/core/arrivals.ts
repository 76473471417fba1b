/** What is asked of a frame that arrives: whether it can be read, whether there is room for it, and what of it is kept. */
import { chainBytesOf, channelOf, envelopeStarts, isMessageAt, kindOf, requestIdOf } from "./envelope.ts";
import { isWireNumber, type Frame } from "./frame.ts";
import { CHAIN_LENGTH_MAX, FRAME_BODY_BYTES_MAX } from "./limits.ts";
import type { Mailbox } from "./mailbox.ts";
import { NAME_LENGTH_MAX, type GlobalName } from "./names.ts";
import { fits } from "./outgoing.ts";
import type { Peers } from "./peers.ts";

/** Where the envelopes of a frame start; throws if it holds what no runtime sends, or not as many as it counts. */
export function startsOf({ from, channel, count, body }: Frame): number[] {
  if (body.length > FRAME_BODY_BYTES_MAX)
    throw new RangeError(`A frame of ${from} has ${body.length} bytes; ${FRAME_BODY_BYTES_MAX} are the most.`);
  const starts = envelopeStarts(body);
  const found = starts.length - 1;
  if (found !== count) throw new RangeError(`A frame of ${from} counts ${count} envelopes and holds ${found}.`);
  const run = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let index = 0; index < count; index++) {
    const at = starts[index] as number;
    if (channel === "mail" && isMessageAt(body, at)) continue;
    const kind = kindOf(body, at);
    if (channelOf(kind) !== channel || kind === "http")
      throw new RangeError(`A frame of ${from} brings an envelope of the kind "${kind}" by the channel "${channel}".`);
    if (kind === "request") checkRequest(run, at, from);
  }
  return starts;
}

/** What the longest chain takes: of each link a name with its length, and the id of a request. */
const CHAIN_BYTES_MAX = CHAIN_LENGTH_MAX * (4 + 2 * NAME_LENGTH_MAX + 1 + 8);

function checkRequest(run: DataView, at: number, from: GlobalName): void {
  const id = requestIdOf(run, at);
  if (!isWireNumber(id)) throw new RangeError(`A frame of ${from} brings a request of the id ${id}.`);
  const bytes = chainBytesOf(run, at);
  if (bytes > CHAIN_BYTES_MAX)
    throw new RangeError(`A frame of ${from} brings a request with a chain of ${bytes} bytes.`);
}

/** A frame that is kept keeps so many times its own bytes in memory at most. */
export const PINNED_TIMES_MAX = 4;

/** The body as it may be kept: as long as a part of its batch is there, all of it is, so a small part is copied. */
export function keepable(body: Uint8Array): Uint8Array {
  return PINNED_TIMES_MAX * body.length < body.buffer.byteLength ? body.slice() : body;
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
