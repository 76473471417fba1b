/**
 * The part of Cloudflare's API that wrangler and radon use to deploy, over HTTP, with an account that is kept in memory. What it
 * does not know is a 404 that a test can see.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readUpload, type Upload } from "./upload.ts";
import { NOT_FOUND, type ApiError, type Deployment, type Version, type Worker, type Workers } from "./workers.ts";

export const ACCOUNT = "0123456789abcdef0123456789abcdef";
export const API_TOKEN = "stand-in-api-token";

export interface Call {
  readonly method: string;
  /** Below `/accounts/ACCOUNT`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly upload?: Upload;
  /** What was sent as JSON. */
  readonly body?: unknown;
}

/** What goes wrong with a call: it is refused, or it is done and its answer is lost. */
export type Fault = "refused" | "lost";

export interface ApiOptions {
  readonly workers: Workers;
  readonly onChange: () => void;
  readonly onCall: (call: Call) => Fault | undefined;
}

type Result = { readonly result: unknown } | ApiError;

const FAULT: ApiError = { status: 400, code: 10013, message: "An unknown error has occurred. Please try again." };

export class Api {
  readonly #options: ApiOptions;
  readonly #server: Server;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#handle(request).then((answer) => {
        const wrong = "result" in answer ? undefined : answer;
        const errors = wrong === undefined ? [] : [{ code: wrong.code, message: wrong.message }];
        const result = "result" in answer ? answer.result : null;
        response.writeHead(wrong?.status ?? 200, { "content-type": "application/json" });
        response.end(JSON.stringify({ success: wrong === undefined, errors, messages: [], result }));
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/client/v4`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #handle(request: IncomingMessage): Promise<Result> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (request.headers.authorization !== `Bearer ${API_TOKEN}`)
      return { status: 403, code: 10000, message: "Authentication error" };
    const url = new URL(request.url ?? "/", "http://api");
    const path = url.pathname.replace(`/client/v4/accounts/${ACCOUNT}`, "");
    const type = request.headers["content-type"] ?? "";
    const upload = type.startsWith("multipart/") ? { upload: await readUpload(body, type) } : {};
    const json = type.startsWith("application/json") ? { body: JSON.parse(body.toString()) as unknown } : {};
    const call: Call = { method: request.method ?? "GET", path, query: url.searchParams, ...upload, ...json };
    const fault = this.#options.onCall(call);
    if (fault === "refused") return FAULT;
    const result = this.#answer(call);
    if (call.method !== "GET") this.#options.onChange();
    return fault === "lost" ? FAULT : result;
  }

  #answer({ method, path, query, upload, body }: Call): Result {
    if (path === "/client/v4/accounts") return { result: [{ id: ACCOUNT, name: "stand-in" }] };
    if (path === "/workers/subdomain") return { result: { subdomain: "stand-in" } };
    if (path === "/workers/domains") return { result: this.#options.workers.domainsOf(query.get("hostname") ?? "") };
    const [, kind, name = "", rest = ""] =
      /^\/workers\/(scripts|services|workers)\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
    if (kind === undefined) return { status: 404, code: 7003, message: `The stand-in has no ${method} ${path}.` };
    if (kind === "scripts" && method === "PUT" && rest === "" && upload !== undefined) return this.#put(name, upload);
    const worker = this.#options.workers.all.get(name);
    if (worker === undefined) return kind === "services" ? { ...NOT_FOUND, code: 10090 } : NOT_FOUND;
    return this.#ofWorker(`${method} ${kind}/${rest}`, { name, worker, query, upload, body });
  }

  #put(name: string, upload: Upload): Result {
    const wrong = this.#options.workers.put(name, upload);
    const deployment_id = crypto.randomUUID().replaceAll("-", "");
    return wrong ?? { result: { id: name, tag: name, etag: name, deployment_id, startup_time_ms: 1 } };
  }

  #ofWorker(what: string, about: About): Result {
    const { name, worker, query, upload, body } = about;
    const { workers } = this.#options;
    const state = { enabled: worker.subdomain, previews_enabled: false };
    switch (what) {
      case "GET services/":
        return { result: serviceOf(name, worker) };
      case "GET workers/":
        return { result: { id: name, name, subdomain: state } };
      case "GET scripts/settings":
        return { result: { bindings: worker.current.metadata.bindings.map(withoutSecret) } };
      case "GET scripts/secrets":
        return {
          result: worker.current.metadata.bindings.filter(({ type }) => type === "secret_text").map(withoutSecret),
        };
      case "GET scripts/deployments":
        return { result: { deployments: worker.deployments.map(shownDeployment).reverse() } };
      case "GET scripts/versions":
        return { result: { items: worker.versions.slice(-VERSIONS_LISTED_MAX).map(shownVersion).reverse() } };
      case "POST scripts/versions":
        return upload === undefined ? NOT_FOUND : versionResult(workers.addVersion(name, upload));
      case "POST scripts/deployments": {
        const { versions, annotations = {} } = body as DeploymentBody;
        const version = versions[0]?.version_id ?? "";
        const force = query.get("force") === "true";
        return workers.deploy(name, version, annotations, force) ?? { result: { id: crypto.randomUUID() } };
      }
      case "PATCH scripts/script-settings":
        return { result: {} };
      case "POST scripts/subdomain":
        worker.subdomain = (body as { readonly enabled: boolean }).enabled;
        return { result: { enabled: worker.subdomain, previews_enabled: false } };
      case "POST scripts/domains/changeset":
        return { result: { added: [], removed: [], updated: [], conflicting: [] } };
      case "PUT scripts/domains/records":
        worker.domains = (body as { readonly origins: readonly { readonly hostname: string }[] }).origins.map(
          ({ hostname }) => hostname,
        );
        return { result: [] };
      case "DELETE scripts/":
        return workers.delete(name, query.get("force") === "true") ?? { result: null };
      default:
        return this.#version(what, worker);
    }
  }

  #version(what: string, { versions }: Worker): Result {
    const [, id] = /^GET scripts\/versions\/(.+)$/.exec(what) ?? [];
    const version = versions.find((each) => each.id === id);
    if (version !== undefined) return { result: { ...shownVersion(version), resources: resourcesOf(version) } };
    return { status: 404, code: 7003, message: `The stand-in has no ${what}.` };
  }
}

const VERSIONS_LISTED_MAX = 100;

interface DeploymentBody {
  readonly versions: readonly { readonly version_id: string }[];
  readonly annotations?: Readonly<Record<string, string>>;
}

function shownDeployment({ id, createdOn, versions, annotations }: Deployment): object {
  return { id, source: "wrangler", strategy: "percentage", created_on: createdOn, versions, annotations };
}

/** A list tells no more of it than this. */
function shownVersion({ id, createdOn, upload }: Version): object {
  const metadata = { created_on: createdOn, modified_on: createdOn, source: "wrangler", author_email: "a@example.com" };
  return { id, metadata, annotations: upload.metadata.annotations };
}

function resourcesOf({ upload, migrationTag }: Version): object {
  const { bindings, compatibility_date } = upload.metadata;
  return {
    bindings: bindings.map(withoutSecret),
    script: { etag: "etag", handlers: ["fetch"], last_deployed_from: "wrangler" },
    script_runtime: { compatibility_date, usage_model: "standard", migration_tag: migrationTag },
  };
}

interface About {
  readonly name: string;
  readonly worker: Worker;
  readonly query: URLSearchParams;
  readonly upload: Upload | undefined;
  readonly body: unknown;
}

function serviceOf(name: string, worker: Worker): unknown {
  const script = { tag: name, tags: [], last_deployed_from: "wrangler", migration_tag: worker.migrationTag };
  return { id: name, default_environment: { environment: "production", script } };
}

function versionResult(added: ApiError | string): Result {
  if (typeof added !== "string") return added;
  return { result: { id: added, startup_time_ms: 1, metadata: {}, resources: { script: { etag: added } } } };
}

/** As the API tells bindings: what is secret has no text. */
function withoutSecret({ text, ...binding }: Worker["current"]["metadata"]["bindings"][number]): object {
  return binding.type === "secret_text" ? binding : { ...binding, text };
}
