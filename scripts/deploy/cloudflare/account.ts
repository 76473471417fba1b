/**
 * The account that Workers are deployed to: who we are to Cloudflare, which Workers are there and whose they are. Uploads are
 * wrangler's; this asks what wrangler has no command for.
 *
 * Invariants
 * 1. The credentials go to the API's own origin only, in a header, and are in no reason.
 * 2. Every question ends: requests are bounded in time and number.
 */
import * as http from "node:http";
import { z } from "zod";
import type { Environment } from "../../formula/environment.ts";
import { ApiClient, type Answered } from "./api-client.ts";
import { readCredentials } from "./credentials.ts";
import { WorkerVersions } from "./worker-versions.ts";
import { OWNER_VARIABLE, STUB_VARIABLE } from "./wrangler-config.ts";

const accountsSchema = z.array(z.looseObject({ id: z.string(), name: z.string() }));
const subdomainSchema = z.looseObject({ subdomain: z.string() });
const domainsSchema = z.array(z.looseObject({ hostname: z.string(), service: z.string() }));
const settingsSchema = z.looseObject({
  bindings: z.array(z.looseObject({ name: z.string(), type: z.string(), text: z.string().optional() })).default([]),
});

/** A Worker of a name: not there, or there with what its owner variable says, which those of others do not have. */
export type WorkerState =
  | { readonly kind: "absent" }
  | { readonly kind: "present"; readonly owner: string | undefined; readonly stub: boolean };

export class Account {
  readonly id: string;
  readonly #api: ApiClient;

  private constructor(id: string, api: ApiClient) {
    this.id = id;
    this.#api = api;
  }

  /** The account of the environment, or the only one that its credentials reach. */
  static async open(environment: Environment, signal: AbortSignal): Promise<Answered<Account>> {
    // By the proxy that wrangler takes; older Nodes know of none.
    http.setGlobalProxyFromEnv?.();
    const credentials = await readCredentials(environment, signal);
    if (!credentials.ok) return credentials;
    const api = new ApiClient(environment["CLOUDFLARE_API_BASE_URL"], credentials.value, signal);
    const given = environment["CLOUDFLARE_ACCOUNT_ID"];
    if (given !== undefined && given !== "") return { ok: true, value: new Account(given, api) };
    const accounts = await api.ask("GET", "/accounts", accountsSchema);
    if (!accounts.ok) return accounts;
    const [only, ...others] = accounts.value;
    if (only === undefined) return refused("The credentials reach no account.");
    if (others.length === 0) return { ok: true, value: new Account(only.id, api) };
    const list = accounts.value.map(({ id, name }) => `${id} (${name})`).join(", ");
    return refused(`The credentials reach several accounts. Set CLOUDFLARE_ACCOUNT_ID to one of these: ${list}.`);
  }

  async worker(name: string): Promise<Answered<WorkerState>> {
    const settings = await this.#api.ask("GET", this.#script(name, "/settings"), settingsSchema);
    if (!settings.ok) return settings.status === 404 ? { ok: true, value: { kind: "absent" } } : settings;
    const { bindings } = settings.value;
    const owner = bindings.find((binding) => binding.name === OWNER_VARIABLE)?.text;
    const stub = bindings.some((binding) => binding.name === STUB_VARIABLE);
    return { ok: true, value: { kind: "present", owner, stub } };
  }

  /** The Worker that a host name is a custom domain of already. */
  async workerAt(hostname: string): Promise<Answered<string | undefined>> {
    const path = `/accounts/${this.id}/workers/domains?hostname=${encodeURIComponent(hostname)}`;
    const answer = await this.#api.ask("GET", path, domainsSchema);
    if (!answer.ok) return answer;
    return { ok: true, value: answer.value.find((domain) => domain.hostname === hostname)?.service };
  }

  /** The part of `https://WORKER.SUBDOMAIN.workers.dev` that is the account's. */
  async subdomain(): Promise<Answered<string>> {
    const answer = await this.#api.ask("GET", `/accounts/${this.id}/workers/subdomain`, subdomainSchema);
    if (answer.ok) return { ok: true, value: answer.value.subdomain };
    if (answer.status !== 404) return answer;
    const page = `https://dash.cloudflare.com/${this.id}/workers/onboarding`;
    return refused(`The account has no workers.dev subdomain yet. Choose one at ${page}, or give every runtime a url.`);
  }

  /** Deletes a Worker with its objects, even if others are bound to them; one that is not there is deleted. */
  async deleteWorker(name: string): Promise<Answered<undefined>> {
    const answer = await this.#api.ask("DELETE", this.#script(name, "?force=true"), z.unknown());
    return answer.ok || answer.status === 404 ? { ok: true, value: undefined } : answer;
  }

  versionsOf(name: string): WorkerVersions {
    return new WorkerVersions(this.#api, this.#script(name, ""));
  }

  #script(name: string, rest: string): string {
    return `/accounts/${this.id}/workers/scripts/${name}${rest}`;
  }
}

function refused(reason: string): Answered<never> {
  return { ok: false, reason };
}
