/** What the control API tells of an atom. */
import type { AtomSession } from "./atom-session.ts";

export function atomState({ atom, runner, entry, self }: AtomSession): Record<string, unknown> {
  const { supervisor, mailbox, peers } = atom;
  const trap = supervisor.lastTrap;
  return {
    name: self,
    kind: entry.kind,
    module: entry.module,
    moduleHash: entry.moduleHash,
    durability: entry.durability,
    state: runner.state,
    reason: runner.reason ?? null,
    warm: runner.warm,
    mailbox: { messages: mailbox.count, bytes: mailbox.bytes },
    outbox: { messages: peers.unacknowledged },
    counters: { ...atom.counters, restarts: supervisor.restarts },
    deadLetters: atom.deadLetterCount,
    aliases: effectiveAliases(entry.aliases, atom.aliases),
    lastTrap: trap && { time: new Date(trap.atMs).toISOString(), text: trap.text },
  };
}

/** Configured aliases, without those that the atom took back, with those that it added. */
function effectiveAliases(
  configured: AtomSession["entry"]["aliases"],
  { added, removed }: AtomSession["atom"]["aliases"],
): Record<string, string[]> {
  const gone = new Set(removed.map(([scope, value]) => `${scope}\0${value}`));
  const kept = Object.entries(configured).flatMap(([scope, values]) => values.map((value) => [scope, value] as const));
  const all = [...kept.filter(([scope, value]) => !gone.has(`${scope}\0${value}`)), ...added];
  const aliases: Record<string, string[]> = {};
  for (const [scope, value] of all) {
    const values = (aliases[scope] ??= []);
    if (!values.includes(value)) values.push(value);
  }
  return aliases;
}
