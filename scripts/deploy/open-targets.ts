/** The targets that the runtimes of an application are deployed to. */
import type { RuntimeName } from "../../durable/core/names.ts";
import type { RuntimeBundle } from "../formula/bundle.ts";
import type { Environment } from "../formula/environment.ts";
import type { Formula, RuntimeSpec } from "../formula/formula.ts";
import { CloudflareTarget } from "./cloudflare/cloudflare-target.ts";
import type { Secrets } from "./secrets.ts";
import type { RuntimeSecrets } from "./peer-secrets.ts";
import type { Deployment, RuntimeToDeploy, Target, TargetName } from "./target.ts";
import type { VersionNote } from "./version-note.ts";
import { WorkerdTarget } from "./workerd/workerd-target.ts";

export interface TargetsOptions {
  readonly formula: Formula;
  /** None where nothing is shipped. */
  readonly bundles: readonly RuntimeBundle[];
  /** Those of every runtime. */
  readonly secrets: Secrets;
  /** Those of each one alone. */
  readonly ownSecrets: RuntimeSecrets;
  readonly environment: Environment;
  /** What each runtime that is shipped is to say of its version. */
  readonly notes: ReadonlyMap<RuntimeName, VersionNote>;
  /** When the command began. */
  readonly at: string;
}

export function openTargets(options: TargetsOptions): readonly Target[] {
  const names = new Set(options.formula.runtimes.map(({ target }) => target));
  return [...names].map((name) => openTarget(name, options));
}

/** Those of a command that ships nothing. */
export function openDeployedTargets(formula: Formula, environment: Environment): readonly Target[] {
  const nothing = { bundles: [], secrets: new Map(), ownSecrets: new Map(), notes: new Map(), at: "" };
  return openTargets({ formula, environment, ...nothing });
}

function openTarget(name: TargetName, options: TargetsOptions): Target {
  const { formula, environment, at } = options;
  const runtimes = formula.runtimes.filter(({ target }) => target === name).flatMap((spec) => toDeploy(spec, options));
  const deployment: Deployment = { formula, runtimes, at };
  if (name === "cloudflare") return new CloudflareTarget(deployment, environment);
  return new WorkerdTarget(deployment, environment);
}

function toDeploy(spec: RuntimeSpec, { bundles, secrets, ownSecrets, notes }: TargetsOptions): RuntimeToDeploy[] {
  const all = new Map([...secrets, ...(ownSecrets.get(spec.name) ?? [])]);
  const note = notes.get(spec.name);
  const own = bundles.filter(({ runtime }) => runtime === spec.name);
  return note === undefined ? [] : own.map((bundle) => ({ spec, bundle, note, secrets: all }));
}
