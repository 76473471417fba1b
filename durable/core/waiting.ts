/**
 * What a turn or a pending commit has sent and no outbox holds yet, by channel and destination: it counts against the
 * bounds of the queues that it is on its way to.
 */
import { envelopeBytes } from "./envelope.ts";
import { CHANNEL_CLASSES, type ChannelClass } from "./frame.ts";
import type { Load } from "./mailbox.ts";
import type { GlobalName } from "./names.ts";
import type { Outgoing } from "./turn.ts";

const NOTHING: Readonly<Load> = { messages: 0, bytes: 0 };

export class Waiting {
  readonly #loads: Readonly<Record<ChannelClass, Map<GlobalName, Load>>> = {
    mail: new Map(),
    interrupt: new Map(),
    reply: new Map(),
  };

  for(to: GlobalName, channel: ChannelClass): Readonly<Load> {
    return this.#loads[channel].get(to) ?? NOTHING;
  }

  add({ to, channel, envelope }: Outgoing): void {
    let load = this.#loads[channel].get(to);
    if (!load) this.#loads[channel].set(to, (load = { messages: 0, bytes: 0 }));
    load.messages += 1;
    load.bytes += envelopeBytes(envelope);
  }

  /** What was on its way to this destination has arrived. */
  forget(to: GlobalName): void {
    for (const channel of CHANNEL_CLASSES) this.#loads[channel].delete(to);
  }

  /** From now on it is this that waits. */
  reset(outgoing: readonly Outgoing[]): void {
    for (const channel of CHANNEL_CLASSES) this.#loads[channel].clear();
    for (const item of outgoing) this.add(item);
  }
}
