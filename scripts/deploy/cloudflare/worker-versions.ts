/**
 * The versions and deployments of one Worker. They are asked of the API, and so is the deployment of an older version: wrangler
 * asks questions about it, and answers them by itself where there is no terminal.
 */
import { z } from "zod";
import type { Answered, ApiClient } from "./api-client.ts";

/** That of an answer which refuses an older version because secrets were changed since. */
const SECRETS_CHANGED = 10220;

const annotationsSchema = z
  .looseObject({ "workers/tag": z.string().optional(), "workers/message": z.string().optional() })
  .nullish()
  .transform((annotations) => annotations ?? {});
const versionSchema = z.looseObject({
  id: z.string(),
  metadata: z.looseObject({ created_on: z.string() }),
  annotations: annotationsSchema,
});
export type ListedVersion = z.output<typeof versionSchema>;

const deploymentSchema = z.looseObject({
  created_on: z.string(),
  versions: z.array(z.looseObject({ version_id: z.string(), percentage: z.number() })),
  annotations: annotationsSchema,
});
export type ListedDeployment = z.output<typeof deploymentSchema>;

const wholeSchema = z.looseObject({
  resources: z.looseObject({
    bindings: z.array(z.looseObject({ name: z.string(), text: z.string().optional() })).default([]),
    script_runtime: z.looseObject({ migration_tag: z.string().nullish() }).default({}),
  }),
});
export type WholeVersion = z.output<typeof wholeSchema>["resources"];

export class WorkerVersions {
  readonly #api: ApiClient;
  /** The path of the Worker in the API. */
  readonly #worker: string;

  constructor(api: ApiClient, worker: string) {
    this.#api = api;
    this.#worker = worker;
  }

  /** Those that can be deployed: of the last hundred, in no certain order. */
  async deployable(): Promise<Answered<readonly ListedVersion[]>> {
    const schema = z.looseObject({ items: z.array(versionSchema) });
    const answer = await this.#api.ask("GET", `${this.#worker}/versions?deployable=true`, schema);
    return answer.ok ? { ok: true, value: answer.value.items } : answer;
  }

  /** The newest first, which is the one that serves. */
  async deployments(): Promise<Answered<readonly ListedDeployment[]>> {
    const schema = z.looseObject({ deployments: z.array(deploymentSchema) });
    const answer = await this.#api.ask("GET", `${this.#worker}/deployments`, schema);
    if (!answer.ok) return answer;
    const newestFirst = answer.value.deployments.toSorted((a, b) => b.created_on.localeCompare(a.created_on));
    return { ok: true, value: newestFirst };
  }

  async version(id: string): Promise<Answered<WholeVersion>> {
    const answer = await this.#api.ask("GET", `${this.#worker}/versions/${id}`, wholeSchema);
    return answer.ok ? { ok: true, value: answer.value.resources } : answer;
  }

  /** Has an older version serve alone, with the secrets that it was deployed with; tells which of them were others since. */
  async deploy(id: string, message: string): Promise<Answered<readonly string[]>> {
    const body = {
      strategy: "percentage",
      versions: [{ version_id: id, percentage: 100 }],
      annotations: { "workers/message": message },
      // As a deployment does: an object that is busy would run the code before for minutes.
      code_update_strategy: { mode: "immediate" },
    };
    const path = `${this.#worker}/deployments`;
    const first = await this.#api.ask("POST", path, z.unknown(), body);
    if (first.ok) return { ok: true, value: [] };
    if (first.code !== SECRETS_CHANGED) return first;
    const forced = await this.#api.ask("POST", `${path}?force=true`, z.unknown(), body);
    return forced.ok ? { ok: true, value: secretsIn(first.reason) } : forced;
  }
}

function secretsIn(reason: string): string[] {
  return [...(/secrets have changed: ([\w, ]+)/.exec(reason)?.[1] ?? "").matchAll(/\w+/g)].map(([name]) => name);
}

/** The version that serves alone, if one does. */
export function servingAlone(deployments: readonly ListedDeployment[]): string | undefined {
  const [only, ...others] = deployments[0]?.versions.filter(({ percentage }) => percentage > 0) ?? [];
  return others.length > 0 ? undefined : only?.version_id;
}
