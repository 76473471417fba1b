/**
 * The steps of a deployment, over all targets, in the order that lets every runtime find the others: create, ship, register, check.
 */
import type { RuntimeName } from "../../durable/core/names.ts";
import type { RuntimeBundle } from "../formula/bundle.ts";
import type { Formula } from "../formula/formula.ts";
import { remotePeers } from "../formula/reach.ts";
import { connectionStep, healthStep, startStep, type Shipped } from "./start-runtime.ts";
import type { Step, Target } from "./target.ts";

export interface SequenceOptions {
  readonly formula: Formula;
  readonly bundles: readonly RuntimeBundle[];
  readonly targets: readonly Target[];
  readonly token: string | undefined;
  readonly waitMs: number;
  readonly healthCheck: boolean;
}

/** Asked for after the targets' `check`. */
export function deploymentSteps(options: SequenceOptions): readonly Step[] {
  const { formula, bundles, targets, healthCheck } = options;
  const names = leaderFirst(formula);
  const shipped = names.map((runtime) => shippedOf(runtime, options));
  const versions = new Map(bundles.map(({ runtime, version }) => [runtime, version]));
  return [
    ...targets.flatMap((target) => target.create()),
    ...targets.flatMap((target) => target.ship()),
    ...shipped.map(startStep),
    ...(healthCheck ? shipped.map((each) => healthStep(each, formula.app, versions.get(each.runtime) ?? "")) : []),
    ...(healthCheck ? shipped.flatMap((each) => connectionSteps(each, formula)) : []),
  ];
}

/** None for a runtime that bindings connect to all others: they were there before it was deployed. */
function connectionSteps(shipped: Shipped, formula: Formula): Step[] {
  const peers = remotePeers(formula, shipped.runtime);
  return peers.length === 0 ? [] : [connectionStep(shipped, peers)];
}

/** The others register with it. */
function leaderFirst({ leader, runtimes }: Formula): RuntimeName[] {
  return [leader, ...runtimes.map(({ name }) => name).filter((name) => name !== leader)];
}

function shippedOf(runtime: RuntimeName, { formula, targets, token, waitMs }: SequenceOptions): Shipped {
  const spec = formula.runtimes.find(({ name }) => name === runtime);
  const target = targets.find(({ name }) => name === spec?.target);
  const nowhere = { ok: false, reason: `No target runs ${runtime}.` } as const;
  return { runtime, token, waitMs, reach: () => target?.reach(runtime) ?? Promise.resolve(nowhere) };
}
