/**
 * The steps of a deployment, over all targets, in the order that lets every runtime find the others: create, ship, register, check.
 */
import type { RuntimeName } from "../../durable/core/names.ts";
import type { RuntimeBundle } from "../formula/bundle.ts";
import type { Formula } from "../formula/formula.ts";
import { remotePeers } from "../formula/reach.ts";
import { startSteps, type Expected } from "./start-runtime.ts";
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
  const { formula, targets, healthCheck } = options;
  const expected = leaderFirst(formula).map((runtime) => expectedOf(runtime, options));
  return [
    ...targets.flatMap((target) => target.create()),
    ...targets.flatMap((target) => target.ship()),
    ...startSteps(expected, formula.app, healthCheck),
  ];
}

/** The others register with it. */
function leaderFirst({ leader, runtimes }: Formula): RuntimeName[] {
  return [leader, ...runtimes.map(({ name }) => name).filter((name) => name !== leader)];
}

function expectedOf(runtime: RuntimeName, options: SequenceOptions): Expected {
  const { formula, bundles, targets, token, waitMs } = options;
  const spec = formula.runtimes.find(({ name }) => name === runtime);
  const target = targets.find(({ name }) => name === spec?.target);
  const nowhere = { ok: false, reason: `No target runs ${runtime}.` } as const;
  const version = bundles.find((bundle) => bundle.runtime === runtime)?.version ?? "";
  const peers = remotePeers(formula, runtime);
  return { runtime, version, peers, token, waitMs, reach: () => target?.reach(runtime) ?? Promise.resolve(nowhere) };
}
