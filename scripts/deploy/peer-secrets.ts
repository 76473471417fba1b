/**
 * What a deployment has to tell the runtimes in secret, so that those which no binding connects know each other's requests.
 *
 * How a deployment uses it, for both targets and on every run, also when nothing else changed:
 * 1. `remotePairs(formula)` (scripts/formula/reach.ts) is empty for an application that bindings connect: it needs none of this.
 * 2. `keysForDeployment(formula, process.env)` gives the application's keys, and makes them if there are none; `made` is worth a
 *    line on stderr that names the file. A dry run takes `heldKeys` and makes nothing.
 * 3. `peerSecrets(formula, keys).get(runtime)` are the secrets of one runtime's Worker, by the names of their bindings. Each runtime
 *    gets its own and nobody else's. They go where RADON_TOKEN goes: into the --secrets-file of wrangler, or the file of the
 *    process's environment that only its user reads; never into an argument, a log or a generated configuration.
 * 4. The order of the runtimes is free. While some have new keys and others do not, requests are signed with the older key that both
 *    have; what has none in common waits in outboxes and is sent again.
 */
import type { RuntimeName } from "../../durable/core/names.ts";
import { KEYS_BINDING, type PeerSecret } from "../../durable/signing/key-ring.ts";
import type { Formula } from "../formula/formula.ts";
import { remotePairs } from "../formula/reach.ts";
import { pairKey, type ApplicationKey } from "./peer-keys.ts";

/** The secrets of each runtime that needs some: the value of a secret by the name of its binding. */
export type RuntimeSecrets = ReadonlyMap<RuntimeName, ReadonlyMap<string, string>>;

export function peerSecrets(
  formula: Pick<Formula, "app" | "runtimes">,
  keys: readonly ApplicationKey[],
): RuntimeSecrets {
  const pairs = remotePairs(formula);
  const secretOf = ({ name }: { readonly name: RuntimeName }) => {
    const peers = pairs.flatMap(([a, b]) => (a === name ? [b] : b === name ? [a] : []));
    const entries = peers.map((peer) => [peer, keysOf(formula.app, name, peer, keys)] as const);
    const secret: PeerSecret = { runtime: name, peers: Object.fromEntries(entries) };
    return entries.length === 0 ? [] : [[name, new Map([[KEYS_BINDING, JSON.stringify(secret)]])] as const];
  };
  return new Map(formula.runtimes.flatMap(secretOf));
}

function keysOf(app: string, own: RuntimeName, peer: RuntimeName, keys: readonly ApplicationKey[]) {
  return keys.map((key) => ({ id: key.id, key: pairKey(key, app, own, peer) }));
}
