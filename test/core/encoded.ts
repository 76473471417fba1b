/** Envelopes as they are on their way out. */
import { encodeEnvelopes, type Envelope } from "../../durable/core/envelope.ts";
import type { ChannelClass } from "../../durable/core/frame.ts";
import type { Mailbox } from "../../durable/core/mailbox.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { Outgoing, OutgoingRuns, type EncodedRun } from "../../durable/core/outgoing.ts";

export interface Item {
  readonly to: GlobalName;
  readonly channel: ChannelClass;
  readonly envelope: Envelope;
}

export function outgoingOf(...items: readonly Item[]): Outgoing {
  const outgoing = new Outgoing();
  for (const { to, channel, envelope } of items) outgoing.add(outgoing.runs(to, channel), envelope);
  return outgoing;
}

/** What a sender half takes into its outbox. */
export function runsOf(...envelopes: readonly Envelope[]): EncodedRun[] {
  const runs = new OutgoingRuns("cloud/to" as GlobalName, "mail");
  for (const envelope of envelopes) runs.add(envelope);
  return runs.take();
}

/** Puts envelopes into a mailbox, in runs as channels bring them: of interrupts, or of messages. */
export function accept(mailbox: Mailbox, from: GlobalName, ...envelopes: readonly Envelope[]): void {
  let run: Envelope[] = [];
  for (const envelope of envelopes) {
    if (run[0] && (run[0].kind === "interrupt") !== (envelope.kind === "interrupt")) {
      mailbox.accept(from, encodeEnvelopes(run));
      run = [];
    }
    run.push(envelope);
  }
  mailbox.accept(from, encodeEnvelopes(run));
}
