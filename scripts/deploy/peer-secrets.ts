/**
 * What a deployment has to tell the runtimes in secret, so that those which no binding connects know each other's requests.
 *
 * Invariants
 * 1. Each runtime gets the keys of its own pairs and nobody else's; one that bindings connect to all others gets none.
 * 2. They are sent with every deployment, where RADON_TOKEN goes: in a file that only its owner reads, never in an argument, a log or
 *    a generated configuration.
 * 3. The order of the runtimes is free. While some have new keys and others do not, requests are signed with the older key that both
 *    have; what has none in common waits in outboxes and is sent again.
 */
import type { RuntimeName } from "../../durable/core/names.ts";
import { writePeerSecret } from "../../durable/signing/peer-secret.ts";
import type { Formula } from "../formula/formula.ts";
import { remotePeers } from "../formula/reach.ts";
import { pairKey, type ApplicationKey } from "./peer-keys.ts";

/** The secrets of each runtime that needs some: the value of a secret by the name of its binding. */
export type RuntimeSecrets = ReadonlyMap<RuntimeName, ReadonlyMap<string, string>>;

export function peerSecrets(
  formula: Pick<Formula, "app" | "runtimes">,
  keys: readonly ApplicationKey[],
): RuntimeSecrets {
  const secretOf = ({ name }: { readonly name: RuntimeName }) => {
    const entries = remotePeers(formula, name).map((peer) => [peer, keysOf(formula.app, name, peer, keys)] as const);
    const secret = { runtime: name, peers: Object.fromEntries(entries) };
    return entries.length === 0 ? [] : [[name, writePeerSecret(secret)] as const];
  };
  return new Map(formula.runtimes.flatMap(secretOf));
}

function keysOf(app: string, own: RuntimeName, peer: RuntimeName, keys: readonly ApplicationKey[]) {
  return keys.map((key) => ({ id: key.id, key: pairKey(key, app, own, peer) }));
}
