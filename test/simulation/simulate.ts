/** Runs a seed, from the plan to the verdict. */
import type { Store } from "../../durable/core/store.ts";
import { generatePlan, type PlanOptions } from "./generate.ts";
import { withVirtualPlatform } from "./globals.ts";
import { reduced, type Plan } from "./plan.ts";
import { Random } from "./random.ts";
import { World } from "./world.ts";

export interface SimulationOptions extends PlanOptions {
  /** The items of the plan to run; all if not given. */
  readonly keep?: readonly number[] | undefined;
  readonly trace?: boolean;
  readonly wrapStore?: (store: Store) => Store;
}

export interface Verdict {
  readonly violations: readonly string[];
  /** Of all that happened. */
  readonly hash: string;
  readonly events: number;
  readonly messages: number;
  readonly lines: readonly string[];
  readonly plan: Plan;
}

export async function simulate(options: SimulationOptions): Promise<Verdict> {
  const whole = generatePlan(options);
  const plan = options.keep === undefined ? whole : reduced(whole, new Set(options.keep));
  const world = new World(plan, options);
  const platform = new Random(plan.seed, "platform");
  await withVirtualPlatform(
    () => world.scheduler.now(),
    platform,
    () => world.run(),
  );
  const { violations, trace, events, ledger } = world;
  return { violations, hash: trace.hash, events, messages: ledger.mails.length, lines: trace.lines, plan: whole };
}
