/** The plan of a deployment that is about to be made: what it changes, asked of the runtimes where the targets have them. */
import type { RuntimeName } from "../../durable/core/names.ts";
import type { Application } from "../../durable/core/application.ts";
import { planAgainstDeployed, type Plan } from "./plan-against-deployed.ts";
import type { Reached, Target, TargetName } from "./target.ts";

interface Planned {
  readonly runtimes: readonly { readonly name: RuntimeName; readonly target: TargetName }[];
  readonly applications: readonly Application[];
  /** All of them were checked. */
  readonly targets: readonly Target[];
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/** Undefined if nothing is deployed yet, so that there is nothing to compare with. */
export async function planDeployment(planned: Planned): Promise<Plan | undefined> {
  const { runtimes, applications, targets, token, signal } = planned;
  const targetOf = (name: TargetName) => targets.find((target) => target.name === name);
  const isAbsent = ({ name, target }: (typeof runtimes)[number]) => targetOf(target)?.isAbsent(name) === true;
  const absent = new Set(runtimes.filter(isAbsent).map(({ name }) => name));
  const there = runtimes.filter(({ name }) => !absent.has(name));
  if (there.length === 0) return undefined;
  const ways = await Promise.all(
    there.map(async ({ name, target }) => ({ runtime: name, reached: await targetOf(target)?.reach(name) })),
  );
  const open = ways.flatMap(({ runtime, reached }) => (reached?.ok === true ? [{ runtime, reached }] : []));
  try {
    const addresses = open.map(({ runtime, reached }) => ({ runtime, url: reached.url }));
    return await planAgainstDeployed({ applications, addresses, absent, token, signal });
  } finally {
    await Promise.all(open.map(({ reached }) => closeWay(reached)));
  }
}

async function closeWay(reached: Reached & { readonly ok: true }): Promise<void> {
  await reached.close?.();
}
