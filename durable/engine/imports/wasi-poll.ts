/**
 * `poll_oneoff`, by which programs sleep: a blocking point until the first of several times. The standard streams are always
 * ready, so with one of them among the subscriptions it does not wait.
 */
import type { Failure } from "../../core/errors.ts";
import { GuestStop, type Guest } from "../guest.ts";
import type { StandardStreams } from "../streams.ts";
import { CLOCK_ID_MAX, ERRNO } from "./wasi-constants.ts";

/** Layout of `subscription` and `event` in preview 1, in bytes. */
const SUBSCRIPTION = { size: 48, tag: 8, clock: 16, descriptor: 16, timeout: 24, flags: 40 } as const;
const EVENT = { size: 32, error: 8, type: 10, bytes: 16, flags: 24 } as const;
const TAG = { clock: 0, read: 1, write: 2 } as const;
const CLOCK_ABSOLUTE = 1;
const READ_WRITE_HANGUP = 1;
const SUBSCRIPTIONS_MAX = 64;
/** Room that an output is said to have. */
const WRITABLE_BYTES = 65_536n;

/** What one subscription asks for. */
interface Wait {
  readonly userdata: bigint;
  readonly tag: number;
  readonly afterMs: number;
  readonly error: number;
  /** Of a stream: how much can be read or written, and whether that is the last of it. */
  readonly bytes: bigint;
  readonly ended: boolean;
}

export async function pollOneoff(
  guest: Guest,
  streams: StandardStreams,
  clock: (id: number) => bigint,
  [input, output, count, written]: readonly [number, number, number, number],
): Promise<number> {
  if (count < 1 || count > SUBSCRIPTIONS_MAX) return ERRNO.inval;
  guest.memory.check(input, count * SUBSCRIPTION.size);
  guest.memory.check(output, count * EVENT.size);
  guest.memory.check(written, 4);
  const waits = Array.from({ length: count }, (_, index) =>
    readWait(guest, streams, (input >>> 0) + index * SUBSCRIPTION.size, clock),
  );
  const leastMs = Math.min(...waits.map(({ afterMs }) => afterMs));
  const refused = errnoOf(await guest.block(() => undefined, guest.host.now() + leastMs));
  if (refused !== ERRNO.success) return refused;
  const due = waits.filter(({ afterMs }) => afterMs <= leastMs);
  due.forEach((wait, index) => writeEvent(guest, (output >>> 0) + index * EVENT.size, wait));
  guest.memory.view.setUint32(written >>> 0, due.length, true);
  return ERRNO.success;
}

/** How a blocking point of WASI ended. It has no word for CLOSED, so that a stopping atom ends there. */
export function errnoOf(outcome: Failure | undefined): number {
  if (outcome === undefined || outcome.code === "TIMEOUT") return ERRNO.success;
  if (outcome.code === "CLOSED") throw new GuestStop("The atom was stopped.");
  return ERRNO.notsup;
}

function readWait(guest: Guest, streams: StandardStreams, at: number, clock: (id: number) => bigint): Wait {
  const { view } = guest.memory;
  const userdata = view.getBigUint64(at, true);
  const tag = view.getUint8(at + SUBSCRIPTION.tag);
  const ready = { userdata, tag, afterMs: 0, error: ERRNO.success, bytes: 0n, ended: false };
  if (tag === TAG.clock) return { ...ready, ...clockWait(view, at, clock) };
  const descriptor = view.getUint32(at + SUBSCRIPTION.descriptor, true);
  if (tag === TAG.read) return { ...ready, ...readable(descriptor, streams) };
  if (tag === TAG.write) return { ...ready, ...writable(descriptor) };
  return { ...ready, error: ERRNO.inval };
}

function clockWait(view: DataView, at: number, clock: (id: number) => bigint): Pick<Wait, "afterMs" | "error"> {
  const id = view.getUint32(at + SUBSCRIPTION.clock, true);
  if (id > CLOCK_ID_MAX) return { afterMs: 0, error: ERRNO.inval };
  const timeout = view.getBigUint64(at + SUBSCRIPTION.timeout, true);
  const absolute = (view.getUint16(at + SUBSCRIPTION.flags, true) & CLOCK_ABSOLUTE) !== 0;
  const after = absolute ? timeout - clock(id) : timeout;
  return { afterMs: Math.max(0, Number(after) / 1e6), error: ERRNO.success };
}

function readable(descriptor: number, { input }: StandardStreams): Pick<Wait, "error" | "bytes" | "ended"> {
  if (descriptor !== 0) return { error: ERRNO.badf, bytes: 0n, ended: false };
  return { error: ERRNO.success, bytes: BigInt(input.length), ended: input.length === 0 };
}

function writable(descriptor: number): Pick<Wait, "error" | "bytes"> {
  const isOutput = descriptor === 1 || descriptor === 2;
  return isOutput ? { error: ERRNO.success, bytes: WRITABLE_BYTES } : { error: ERRNO.badf, bytes: 0n };
}

function writeEvent(guest: Guest, at: number, { userdata, tag, error, bytes, ended }: Wait): void {
  guest.memory.write(at, new Uint8Array(EVENT.size));
  const { view } = guest.memory;
  view.setBigUint64(at, userdata, true);
  view.setUint16(at + EVENT.error, error, true);
  view.setUint8(at + EVENT.type, tag);
  view.setBigUint64(at + EVENT.bytes, bytes, true);
  view.setUint16(at + EVENT.flags, ended ? READ_WRITE_HANGUP : 0, true);
}
