/** Which runtimes bindings connect when they are deployed, and which ones need signed requests over HTTPS. */
import type { RuntimeName } from "../../durable/core/names.ts";
import type { Formula, RuntimeSpec } from "./formula.ts";
import type { Problem } from "./problems.ts";

/** `one process`: `radon dev`, where bindings connect all. `deployed`: each runtime is where the formula puts it. */
export type Situation = "one process" | "deployed";

/** Two runtimes of which neither reaches the other by a binding. */
export type RemotePair = readonly [RuntimeName, RuntimeName];

/** Workers of one account can bind to each other's objects; a workerd on a machine has its own objects only. */
export function areBound(a: RuntimeSpec, b: RuntimeSpec, situation: Situation): boolean {
  if (situation === "one process" || a.name === b.name) return true;
  return a.target === "cloudflare" && b.target === "cloudflare";
}

/** In the order of the formula, each pair once. */
export function remotePairs({ runtimes }: Pick<Formula, "runtimes">): RemotePair[] {
  return runtimes.flatMap((a, index) =>
    runtimes.slice(index + 1).flatMap((b) => (areBound(a, b, "deployed") ? [] : [[a.name, b.name] as const])),
  );
}

/** The runtimes that no binding connects to this one. */
export function remotePeers(formula: Pick<Formula, "runtimes">, runtime: RuntimeName): RuntimeName[] {
  return remotePairs(formula).flatMap(([a, b]) => (a === runtime ? [b] : b === runtime ? [a] : []));
}

/** Runtimes that the others could not find once they are deployed. */
export function problemsOfReach(formula: Pick<Formula, "runtimes">): Problem[] {
  const pairs = remotePairs(formula);
  return formula.runtimes.flatMap(({ name, url, at }) => {
    const pair = pairs.find(([a, b]) => a === name || b === name);
    if (url !== undefined || pair === undefined || at === undefined) return [];
    const peer = pair[0] === name ? pair[1] : pair[0];
    const message = `The runtime "${name}" has no url, and no binding connects it to "${peer}".`;
    const remedy = 'Say where it answers once it is deployed: url = "https://edge.example.com".';
    return [{ severity: "error", place: at, message, remedy }];
  });
}
