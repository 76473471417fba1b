/** The targets that the runtimes of an application are deployed to. */
import type { RuntimeBundle } from "../formula/bundle.ts";
import type { Environment } from "../formula/environment.ts";
import type { Formula } from "../formula/formula.ts";
import { CloudflareTarget } from "./cloudflare/cloudflare-target.ts";
import type { Secrets } from "./secrets.ts";
import type { Deployment, Target, TargetName } from "./target.ts";
import { sshOptions } from "./workerd/ssh-options.ts";
import { WorkerdTarget } from "./workerd/workerd-target.ts";

export interface TargetsOptions {
  readonly formula: Formula;
  /** None where nothing is shipped. */
  readonly bundles: readonly RuntimeBundle[];
  readonly secrets: Secrets;
  readonly environment: Environment;
}

export function openTargets(options: TargetsOptions): readonly Target[] {
  const names = new Set(options.formula.runtimes.map(({ target }) => target));
  return [...names].map((name) => openTarget(name, options));
}

function openTarget(name: TargetName, { formula, bundles, secrets, environment }: TargetsOptions): Target {
  const runtimes = formula.runtimes
    .filter(({ target }) => target === name)
    .flatMap((spec) => bundles.filter(({ runtime }) => runtime === spec.name).map((bundle) => ({ spec, bundle })));
  const deployment: Deployment = { formula, runtimes, secrets };
  if (name === "cloudflare") return new CloudflareTarget(deployment, environment);
  return new WorkerdTarget(deployment, sshOptions(environment));
}
