/**
 * The versions of Workers that can be put back.
 *
 * Invariants
 * 1. A version is radon's if its annotations say so, or, where somebody changed a secret of it by other means, its note.
 * 2. A version that was deployed once more, rather than uploaded, was put back, whoever did it.
 */
import type { Deployment as Built } from "../../../durable/core/deployment.ts";
import type { RuntimeName } from "../../../durable/core/names.ts";
import type { KeptVersion, PlaceEvent, PlaceHistory } from "../rollback/history.ts";
import type { Past, Step, StepEnd, Told } from "../target.ts";
import type { Answered } from "./api-client.ts";
import { noteIn } from "./note-variables.ts";
import { readAnnotations, rollbackMessage } from "./version-annotations.ts";
import {
  servingAlone,
  type ListedDeployment,
  type ListedVersion,
  type WholeVersion,
  type WorkerVersions,
} from "./worker-versions.ts";

/** A runtime's Worker that is there. */
export interface PastWorker {
  readonly name: string;
  readonly versions: WorkerVersions;
}

export class WorkerPast implements Past {
  readonly #workerOf: (runtime: RuntimeName) => PastWorker | undefined;
  readonly #wholes = new Map<string, Promise<Answered<WholeVersion>>>();

  /** `workerOf` answers undefined for a runtime that is not deployed, or not on Cloudflare. */
  constructor(workerOf: (runtime: RuntimeName) => PastWorker | undefined) {
    this.#workerOf = workerOf;
  }

  async history(runtimes: readonly RuntimeName[]): Promise<Told> {
    const places: PlaceHistory[] = [];
    for (const runtime of runtimes) {
      const worker = this.#workerOf(runtime);
      if (worker === undefined) continue;
      const [versions, deployments] = await Promise.all([worker.versions.deployable(), worker.versions.deployments()]);
      if (!versions.ok) return versions;
      if (!deployments.ok) return deployments;
      const current = servingAlone(deployments.value);
      const kept = keptVersions(versions.value, deployments.value);
      if (current !== undefined && !kept.has(current)) await this.#addByNote(kept, worker, current);
      const place = `the Worker ${worker.name}`;
      places.push({ runtime, place, current, events: eventsOf(versions.value, deployments.value), kept });
    }
    return { ok: true, places };
  }

  async #addByNote(kept: Map<string, KeptVersion>, worker: PastWorker, id: string): Promise<void> {
    const whole = await this.#whole(worker, id);
    const note = whole.ok ? noteIn(whole.value.bindings) : undefined;
    if (note === undefined) return;
    kept.set(id, { id, version: note.deployment.version, application: note.application, live: true });
  }

  async builtAs({ runtime }: PlaceHistory, id: string): Promise<Built | undefined> {
    const whole = await this.#whole(this.#there(runtime), id);
    return whole.ok ? noteIn(whole.value.bindings)?.deployment : undefined;
  }

  async hindrance({ runtime, current }: PlaceHistory, id: string): Promise<string | undefined> {
    if (current === undefined || current === id) return undefined;
    const worker = this.#there(runtime);
    const [now, then] = await Promise.all([this.#whole(worker, current), this.#whole(worker, id)]);
    if (!now.ok) return now.reason;
    if (!then.ok) return then.reason;
    const [before, since] = [then, now].map(({ value }) => value.script_runtime.migration_tag ?? undefined);
    if (before === since) return undefined;
    return (
      `The Worker ${worker.name} was migrated since (its Durable Objects, from ${before ?? "none"} to ${since ?? "none"}), and Cloudflare ` +
      "puts no version back from before a migration. Deploy the sources of then instead."
    );
  }

  restore({ runtime }: PlaceHistory, { id }: KeptVersion, at: string): Step {
    const worker = this.#there(runtime);
    return { runtime, title: `put the Worker ${worker.name} back`, run: () => putBack(worker, id, at) };
  }

  #there(runtime: RuntimeName): PastWorker {
    const worker = this.#workerOf(runtime);
    if (worker === undefined) throw new Error(`${runtime} is not deployed to Cloudflare.`);
    return worker;
  }

  /** A version never changes, so each is asked for once. */
  #whole({ versions }: PastWorker, id: string): Promise<Answered<WholeVersion>> {
    const asked = this.#wholes.get(id) ?? versions.version(id);
    this.#wholes.set(id, asked);
    return asked;
  }
}

async function putBack({ versions }: PastWorker, id: string, at: string): Promise<StepEnd> {
  const deployments = await versions.deployments();
  if (!deployments.ok) return deployments;
  if (servingAlone(deployments.value) === id) return { ok: true, note: "it serves already" };
  const changed = await versions.deploy(id, rollbackMessage(at));
  if (!changed.ok) return changed;
  return changed.value.length === 0
    ? { ok: true }
    : { ok: true, note: `${changed.value.join(", ")} as they were then` };
}

function keptVersions(
  versions: readonly ListedVersion[],
  deployments: readonly ListedDeployment[],
): Map<string, KeptVersion> {
  const served = new Set(deployments.flatMap((each) => each.versions.map(({ version_id }) => version_id)));
  const since = toldSince(deployments);
  const kept = versions.flatMap(({ id, metadata, annotations }): [string, KeptVersion][] => {
    const { version, application } = readAnnotations(annotations);
    if (version === undefined || application === undefined) return [];
    return [[id, { id, version, application, live: served.has(id) || metadata.created_on < since }]];
  });
  return new Map(kept);
}

/** Of what was uploaded before the first deployment that is told of, it is not known that it was never deployed. */
function toldSince(deployments: readonly ListedDeployment[]): string {
  return deployments.at(-1)?.created_on ?? "";
}

function eventsOf(versions: readonly ListedVersion[], deployments: readonly ListedDeployment[]): PlaceEvent[] {
  const since = toldSince(deployments);
  const uploaded = new Map(versions.map((version) => [version.id, version]));
  const seen = new Set<string>();
  const events: PlaceEvent[] = [];
  for (const deployment of deployments.toReversed()) {
    const id = mostServed(deployment);
    if (id === undefined) continue;
    const own = readAnnotations(deployment.annotations);
    const kind = own.isRollback || seen.has(id) ? "rollback" : "deploy";
    const ofVersion = kind === "deploy" ? readAnnotations(uploaded.get(id)?.annotations ?? {}).at : undefined;
    events.push({ at: own.at ?? ofVersion ?? deployment.created_on, kind, id, application: undefined, worked: true });
    seen.add(id);
  }
  const others = versions.filter(({ id }) => !seen.has(id));
  const begun = others.map(({ id, metadata, annotations }): PlaceEvent => {
    const worked = metadata.created_on < since;
    return {
      at: readAnnotations(annotations).at ?? metadata.created_on,
      kind: "deploy",
      id,
      application: undefined,
      worked,
    };
  });
  return [...events, ...begun].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

function mostServed({ versions }: ListedDeployment): string | undefined {
  return versions.toSorted((a, b) => b.percentage - a.percentage)[0]?.version_id;
}
