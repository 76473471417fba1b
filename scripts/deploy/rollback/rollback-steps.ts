/** The steps of a rollback, over all targets: each place is put back, and then every runtime is started and checked as after a deployment. */
import type { RuntimeName } from "../../../durable/core/names.ts";
import type { Formula } from "../../formula/formula.ts";
import { remotePeers } from "../../formula/reach.ts";
import { startSteps, type Expected } from "../start-runtime.ts";
import type { Reached, Step } from "../target.ts";
import type { Move } from "./choose.ts";

export interface RollbackSteps {
  readonly formula: Pick<Formula, "app" | "leader" | "runtimes">;
  /** Those to make, the ones included that change nothing: what was interrupted is completed. */
  readonly moves: readonly Move[];
  readonly restore: (move: Move) => Step;
  readonly reach: (runtime: RuntimeName) => Promise<Reached>;
  readonly token: string | undefined;
  readonly waitMs: number;
  readonly healthCheck: boolean;
}

export function rollbackSteps({ formula, moves, restore, reach, token, waitMs, healthCheck }: RollbackSteps): Step[] {
  // The others register with the leader.
  const inOrder = moves.toSorted((a, b) => rank(a, formula.leader) - rank(b, formula.leader));
  const versions = new Map(inOrder.map(({ place, to }) => [place.runtime, to.version]));
  const expected = [...versions].map(([runtime, version]): Expected => {
    const peers = remotePeers(formula, runtime).filter((peer) => versions.has(peer));
    return { runtime, version, peers, token, waitMs, reach: () => reach(runtime) };
  });
  return [...inOrder.map(restore), ...startSteps(expected, formula.app, healthCheck)];
}

function rank({ place }: Move, leader: RuntimeName): number {
  return place.runtime === leader ? 0 : 1;
}
