/** What the control API tells of an atom. */
import type { AtomSession } from "./atom-session.ts";
import { effectiveAliases } from "./core/alias-set.ts";
import { measured } from "./core/kv-measure.ts";

export function atomState({ atom, runner, entry, self }: AtomSession): Record<string, unknown> {
  const { supervisor, mailbox, peers } = atom;
  const trap = supervisor.lastTrap;
  return {
    name: self,
    kind: entry.kind,
    module: entry.module,
    moduleHash: entry.moduleHash,
    started: atom.version === entry.moduleHash,
    durability: entry.durability,
    grants: entry.grants,
    state: runner.state,
    reason: runner.reason ?? null,
    warm: runner.warm,
    memory: { bytes: runner.memoryBytes },
    mailbox: { messages: mailbox.count, bytes: mailbox.bytes },
    outbox: { messages: peers.unacknowledged },
    counters: { ...atom.counters, restarts: supervisor.restarts, ...runner.counters },
    deadLetters: atom.deadLetterCount,
    aliases: effectiveAliases(entry.aliases, atom.aliases),
    lastTrap: trap && { time: new Date(trap.atMs).toISOString(), text: trap.text },
  };
}

/** What its object holds, and would be lost with it. */
export function storageOf({ atom }: AtomSession): Record<string, unknown> {
  const { mailbox, peers } = atom;
  return {
    kv: measured(atom.scanFromOutside({ start: "", end: null, reverse: false })),
    mailbox: { messages: mailbox.count, bytes: mailbox.bytes },
    outbox: { messages: peers.unacknowledged },
    deadLetters: atom.deadLetterCount,
  };
}
