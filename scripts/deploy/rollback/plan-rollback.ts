/** What a rollback changes: the atoms of each runtime, as it runs and as it is to run, from what their versions say of themselves. */
import type { Deployment as Built } from "../../../durable/core/deployment.ts";
import type { RuntimeName } from "../../../durable/core/names.ts";
import type { Found, Inventory } from "../inventory.ts";
import { leftBehind } from "../losses.ts";
import type { Plan } from "../plan-against-deployed.ts";
import { changesBetween, type DeployedRuntime } from "../plan.ts";
import { RuntimeClient } from "../runtime-client.ts";
import type { Reached } from "../target.ts";
import type { Choice } from "./choose.ts";
import type { PlaceHistory } from "./history.ts";

export interface RollbackParts {
  readonly app: string;
  readonly choice: Choice;
  /** The runtimes that are to be put back now; the others stay as they are. */
  readonly on: ReadonlySet<RuntimeName>;
  readonly places: readonly PlaceHistory[];
  readonly builtAs: (place: PlaceHistory, id: string) => Promise<Built | undefined>;
  readonly reach: (runtime: RuntimeName) => Promise<Reached>;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

const UNTOLD = "The version that runs does not tell what it was built as.";

/** The atoms are not told where a version that is gone back to does not say which it has. */
export async function planRollback(parts: RollbackParts): Promise<Plan> {
  const { app, choice, on, places, builtAs, signal } = parts;
  const running = new Map<RuntimeName, DeployedRuntime>();
  const wanted: Built[] = [];
  let told = true;
  for (const place of places) {
    const { runtime, current } = place;
    const known = current === undefined ? undefined : await builtAs(place, current);
    // Of several machines one tells for all.
    if (running.get(runtime)?.kind !== "deployed") running.set(runtime, deployedAs(known));
    if (wanted.some((each) => each.runtime === runtime)) continue;
    const move = choice.moves.find((each) => each.place.runtime === runtime);
    if (move === undefined) continue;
    const built = on.has(runtime) ? await builtAs(move.place, move.to.id) : known;
    told &&= built !== undefined;
    if (built !== undefined) wanted.push(built);
  }
  if (!told) return { app, runtimes: [], atoms: [], left: [], complete: false };
  const changes = changesBetween(running, wanted);
  return { app, ...changes, left: await measured(changes.atoms, running, parts, signal) };
}

function deployedAs(deployment: Built | undefined): DeployedRuntime {
  return deployment === undefined ? { kind: "unknown", reason: UNTOLD } : { kind: "deployed", deployment };
}

async function measured(
  atoms: Plan["atoms"],
  running: ReadonlyMap<RuntimeName, DeployedRuntime>,
  { reach, token }: RollbackParts,
  signal: AbortSignal,
): Promise<Plan["left"]> {
  const leaving = new Set(
    atoms.flatMap((change) =>
      change.kind === "removed" ? change.runtime : change.kind === "moved" ? change.from : [],
    ),
  );
  const ways: (Reached & { readonly ok: true })[] = [];
  const inventory = new Map<RuntimeName, Found>();
  for (const [runtime, found] of running) {
    if (!leaving.has(runtime) || found.kind !== "deployed") continue;
    const reached = await reach(runtime);
    if (reached.ok) ways.push(reached);
    inventory.set(runtime, foundBy(reached, runtime, found.deployment, token));
  }
  const left = await leftBehind(atoms, inventory satisfies Inventory, signal);
  for (const way of ways) await way.close?.();
  return left;
}

function foundBy(reached: Reached, runtime: RuntimeName, deployment: Built, token: string | undefined): Found {
  if (!reached.ok) return { kind: "unknown", reason: reached.reason };
  return { kind: "deployed", deployment, through: new RuntimeClient({ runtime, url: reached.url, token }) };
}
