/**
 * Looks at every object after every event.
 *
 * Checked
 * 1. Bounds: a mailbox holds its bound and at most one frame over it, an outbox its bound and one message, a reorder
 *    buffer and the futures theirs.
 * 2. No lost wake-up: what a script waits for and has come, or is due, is not left lying for longer than a moment; nor
 *    is a message, an interrupt or a callback that could run.
 * 3. As long as something is undone there is an alarm, so that a forgotten object comes back.
 */
import { CHANNEL_CLASSES } from "../../durable/core/frame.ts";
import {
  CALLBACK_DEPTH_MAX,
  DEAD_LETTERS_MAX,
  FRAME_BYTES_MAX,
  FRAME_MESSAGES_MAX,
  MAILBOX_BYTES_MAX,
  MAILBOX_MESSAGES_MAX,
  OUTBOX_BYTES_MAX,
  OUTBOX_MESSAGES_MAX,
  PAYLOAD_BYTES_MAX,
  REORDER_FRAMES_MAX,
} from "../../durable/core/limits.ts";
import type { Block } from "./guest-calls.ts";
import type { Life, SimObject } from "./sim-object.ts";

/** How long something that could go on may lie: timers of the same moment come one after the other. */
const MOMENT_MS = 5;
/** What an envelope takes beside its payload. */
const MESSAGE_OVERHEAD_BYTES = 1_024;

export class Watch {
  readonly #violated: (text: string) => void;
  /** Since when something lies there that should not, by object and what it is. */
  readonly #lying = new Map<string, number>();

  constructor(violated: (text: string) => void) {
    this.#violated = violated;
  }

  look(object: SimObject, nowMs: number): void {
    const { life } = object;
    if (!life || life.dying) {
      this.#forget(object);
      return;
    }
    this.#lookAt(object, "", boundsBroken(life), nowMs, 0);
    this.#lookAt(object, "undone", alarmMissing(object, life), nowMs, MOMENT_MS);
    this.#lookAt(object, "stuck", stuck(life, nowMs), nowMs, MOMENT_MS);
  }

  #lookAt(object: SimObject, topic: string, wrong: string | undefined, nowMs: number, patienceMs: number): void {
    const key = `${object.index} ${topic}`;
    if (wrong === undefined) {
      this.#lying.delete(key);
      return;
    }
    const sinceMs = this.#lying.get(key) ?? nowMs;
    this.#lying.set(key, sinceMs);
    if (nowMs - sinceMs < patienceMs) return;
    this.#violated(`${object.name}: ${wrong}`);
  }

  #forget(object: SimObject): void {
    for (const topic of ["", "undone", "stuck"]) this.#lying.delete(`${object.index} ${topic}`);
  }
}

function boundsBroken({ session }: Life): string | undefined {
  const { mailbox, peers, deadLetterCount } = session.atom;
  if (mailbox.count > MAILBOX_MESSAGES_MAX + FRAME_MESSAGES_MAX) return `the mailbox holds ${mailbox.count} messages`;
  const frameBytes = Math.max(FRAME_BYTES_MAX, PAYLOAD_BYTES_MAX + MESSAGE_OVERHEAD_BYTES);
  if (mailbox.bytes > MAILBOX_BYTES_MAX + frameBytes) return `the mailbox holds ${mailbox.bytes} bytes`;
  if (deadLetterCount > DEAD_LETTERS_MAX) return `there are ${deadLetterCount} dead letters`;
  for (const { channels, peer } of peers.links) {
    for (const channel of CHANNEL_CLASSES) {
      const { sender, receiver } = channels[channel];
      const { messages, bytes } = sender;
      // Replies are owed, so they are bounded by what may be asked, not here.
      if (channel !== "reply" && messages > OUTBOX_MESSAGES_MAX)
        return `the ${channel} outbox for ${peer} holds ${messages}`;
      if (channel !== "reply" && bytes > OUTBOX_BYTES_MAX + PAYLOAD_BYTES_MAX + MESSAGE_OVERHEAD_BYTES)
        return `the ${channel} outbox for ${peer} holds ${bytes} bytes`;
      if (receiver.ahead > REORDER_FRAMES_MAX) return `${receiver.ahead} frames of ${peer} came ahead`;
    }
  }
  return undefined;
}

function alarmMissing(object: SimObject, { session }: Life): string | undefined {
  const { atom, runner } = session;
  const idle = atom.mailbox.empty && atom.peers.idle && !runner.hasWork;
  if (object.alarmAtMs !== undefined || idle) return undefined;
  return "something is undone, and no alarm is set";
}

function stuck(life: Life, nowMs: number): string | undefined {
  const { runner, atom } = life.session;
  if (runner.state === "idle") return runner.hasWork ? "there is work, and the loop does not run" : undefined;
  if (runner.state !== "running") return undefined;
  const { mailbox, interrupts, futures } = atom;
  const blocks = life.guest?.calls.blocks ?? [];
  const block = blocks.at(-1);
  const full = blocks.length >= CALLBACK_DEPTH_MAX;
  if (mailbox.hasInterrupt && !interrupts.masked && !full) return "an interrupt waits, and nobody runs it";
  if (futures.hasCallback && !full) return "a future's callback waits, and nobody runs it";
  if (!block) return undefined;
  return overdue(block, nowMs) ?? arrived(life, block);
}

function overdue({ kind, untilMs }: Block, nowMs: number): string | undefined {
  return nowMs > untilMs + MOMENT_MS ? `${kind} should have ended ${nowMs - untilMs} ms ago` : undefined;
}

function arrived(life: Life, { kind, future }: Block): string | undefined {
  const { mailbox, futures } = life.session.atom;
  if (kind === "receive" && mailbox.hasMessage) return "a message waits, and so does receive";
  if (kind === "await" && futures.peek(future)?.outcome) return "what await waits for has come";
  return undefined;
}
