/** The plan of a deployment: what would change against what is deployed, and what of its state would be left behind. */
import { deploymentOf, type Deployment } from "../../durable/core/deployment.ts";
import type { Application } from "../../durable/core/application.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import { sha256 } from "../compile/file-hashes.ts";
import { takeInventory, type InventoryOptions } from "./inventory.ts";
import { isLoss, leftBehind, type LeftBehind } from "./losses.ts";
import { changesBetween, type Changes, type RuntimeChange } from "./plan.ts";

export interface Plan extends Changes {
  readonly app: string;
  /** Of every atom that goes. */
  readonly left: readonly LeftBehind[];
}

export interface PlanOptions extends Pick<InventoryOptions, "addresses" | "absent" | "token" | "signal"> {
  /** What each runtime would be built with: see `applicationsOf` and `Build.applications`. */
  readonly applications: readonly Application[];
}

/**
 * Asks what is deployed and compares; it changes nothing. `addresses` says where runtimes answer: one is enough where it reaches
 * the others. `absent` are those that are known not to be deployed, of which the runtimes themselves cannot tell.
 */
export async function planAgainstDeployed(options: PlanOptions): Promise<Plan> {
  const { applications, addresses, absent, token, signal } = options;
  const wanted = await Promise.all(applications.map((application) => deploymentOf(application, sha256)));
  const app = appOf(wanted);
  const runtimes = wanted.map(({ runtime }) => runtime);
  const inventory = await takeInventory({ app, runtimes, addresses, token, signal, ...(absent && { absent }) });
  const changes = changesBetween(inventory, wanted);
  return { app, ...changes, left: await leftBehind(changes.atoms, inventory, signal) };
}

function appOf(wanted: readonly Deployment[]): string {
  const [first] = wanted;
  if (first === undefined) throw new Error("A formula has at least one runtime.");
  return first.app;
}

/** Something that a deployment of the plan cannot give back. */
export type Loss =
  | { readonly kind: "atom"; readonly left: LeftBehind }
  /** A runtime that is removed without anybody knowing what its atoms hold. */
  | { readonly kind: "runtime"; readonly runtime: RuntimeName; readonly reason: string };

/** What is destructive in a plan: nothing is, if this is empty. */
export function lossesOf({ left, runtimes }: Plan): Loss[] {
  return [
    ...left.filter(isLoss).map((each) => ({ kind: "atom", left: each }) as const),
    ...runtimes.filter(isRemovedUnseen).map(({ runtime, reason }) => ({ kind: "runtime", runtime, reason }) as const),
  ];
}

function isRemovedUnseen(change: RuntimeChange): change is RuntimeChange & { readonly reason: string } {
  return change.kind === "removed" && change.reason !== undefined;
}

/** As many names as a question of one line takes. */
const NAMES_MAX = 5;

/** What `confirm` is to ask before a plan with these losses; the plan's text, shown before, says what each holds. */
export function questionOf(losses: readonly Loss[]): string {
  const names = losses.map((loss) => (loss.kind === "atom" ? loss.left.name : `all of ${loss.runtime}`));
  const rest = names.length - NAMES_MAX;
  const listed = [...names.slice(0, NAMES_MAX), ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
  return `Leave behind the state of ${listed}?`;
}
