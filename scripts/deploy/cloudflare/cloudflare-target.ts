/**
 * Cloudflare as a target: one Worker a runtime, deployed by wrangler.
 *
 * Invariants
 * 1. A Worker that is not this application's runtime is never overwritten or deleted, nor loses its domain: `check` refuses it.
 * 2. A binding to a Worker that does not exist fails a deployment, so every Worker of the mesh exists, if only as a stub, before
 *    the first one is deployed whole.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RuntimeName } from "../../../durable/core/names.ts";
import type { Environment } from "../../formula/environment.ts";
import { safeName } from "../../formula/folders.ts";
import type { RuntimeSpec } from "../../formula/formula.ts";
import { withSecretsFile } from "../secrets.ts";
import type { Deployment, Reached, RuntimeToDeploy, Step, StepEnd, Target } from "../target.ts";
import { Account, type WorkerState } from "./account.ts";
import type { Answered } from "./api-client.ts";
import { stubSource } from "./stub.ts";
import { deploymentMessage } from "./version-annotations.ts";
import { workerName } from "./worker-name.ts";
import { WorkerPast, type PastWorker } from "./worker-past.ts";
import { runWrangler, type WranglerEnd } from "./wrangler.ts";
import { withoutSecrets } from "./wrangler-answer.ts";
import { ownerOf, stubConfig, wranglerConfig } from "./wrangler-config.ts";

const CONFIG = "wrangler.json";
/** By its name: without, wrangler would follow what another tool left in a folder above. */
const DEPLOY = ["deploy", "--config", CONFIG] as const;
const STUB = "stub.js";
/** Beside the bundles, as a bundle's folder is searched for modules. No runtime's folder is called so. */
const STUBS = ".stubs";
const REHEARSALS = ".upload";

export class CloudflareTarget implements Target {
  readonly name = "cloudflare";
  readonly past: WorkerPast;
  readonly #deployment: Deployment;
  readonly #environment: Environment;
  /** All of the formula that are on Cloudflare, whether or not they are deployed now. */
  readonly #runtimes: readonly RuntimeSpec[];
  #account: Account | undefined;
  #subdomain: Promise<Answered<string>> | undefined;
  readonly #workers = new Map<RuntimeName, WorkerState>();

  constructor(deployment: Deployment, environment: Environment) {
    this.#deployment = deployment;
    this.#environment = environment;
    this.#runtimes = deployment.formula.runtimes.filter(({ target }) => target === this.name);
    this.past = new WorkerPast((runtime) => this.#pastOf(runtime));
  }

  #pastOf(runtime: RuntimeName): PastWorker | undefined {
    if (!this.#workers.has(runtime) || this.isAbsent(runtime)) return undefined;
    const name = this.#workerOf(runtime);
    return { name, versions: this.#opened().versionsOf(name) };
  }

  async check(signal: AbortSignal): Promise<readonly string[]> {
    const account = await Account.open(this.#environment, signal);
    if (!account.ok) return [account.reason];
    this.#account = account.value;
    const found = await Promise.all(this.#runtimes.map(({ name }) => this.#find(account.value, name)));
    const taken = await Promise.all(
      this.#deployment.runtimes.map(({ spec }) => this.#takenDomain(account.value, spec)),
    );
    const needsSubdomain = this.#deployment.runtimes.some(({ spec }) => spec.url === undefined);
    const subdomain = needsSubdomain ? await account.value.subdomain() : undefined;
    return [...found.flat(), ...taken.flat(), ...(subdomain?.ok === false ? [subdomain.reason] : [])];
  }

  async #find(account: Account, runtime: RuntimeName): Promise<string[]> {
    const name = this.#workerOf(runtime);
    const worker = await account.worker(name);
    if (!worker.ok) return [worker.reason];
    this.#workers.set(runtime, worker.value);
    const owner = ownerOf(this.#deployment.formula.app, runtime);
    if (worker.value.kind === "absent" || worker.value.owner === owner) return [];
    return [
      `The account has a Worker ${name} already, which is not the runtime ${owner} of Radon. ` +
        "Rename the application or the runtime, or delete that Worker.",
    ];
  }

  async #takenDomain(account: Account, { name, url, custom_domain }: RuntimeSpec): Promise<string[]> {
    if (custom_domain !== true || url === undefined) return [];
    const { hostname } = new URL(url);
    const at = await account.workerAt(hostname);
    if (!at.ok) return [at.reason];
    if (at.value === undefined || at.value === this.#workerOf(name)) return [];
    return [
      `${hostname} is the custom domain of the Worker ${at.value} already. Give the runtime ${name} another url.`,
    ];
  }

  /** A stub has never had an atom. */
  isAbsent(runtime: RuntimeName): boolean {
    const worker = this.#workers.get(runtime);
    return worker?.kind === "absent" || (worker?.kind === "present" && worker.stub);
  }

  create(): readonly Step[] {
    const absent = this.#deployment.runtimes.filter(({ spec }) => this.#workers.get(spec.name)?.kind === "absent");
    // One alone is bound to nobody.
    if (this.#runtimes.length < 2) return [];
    return absent.map((runtime) => ({
      runtime: runtime.spec.name,
      title: `create the Worker ${this.#workerOf(runtime.spec.name)}`,
      run: (signal) => this.#create(runtime, signal),
    }));
  }

  ship(): readonly Step[] {
    return this.#deployment.runtimes.map((runtime) => ({
      runtime: runtime.spec.name,
      title: `deploy the Worker ${this.#workerOf(runtime.spec.name)}`,
      run: (signal) => this.#ship(runtime, signal),
    }));
  }

  rehearse(): readonly Step[] {
    return this.#deployment.runtimes.map((runtime) => ({
      runtime: runtime.spec.name,
      title: `write the Worker ${this.#workerOf(runtime.spec.name)}`,
      run: (signal) => this.#rehearse(runtime, signal),
    }));
  }

  remove(runtimes: readonly RuntimeName[]): readonly Step[] {
    const present = runtimes.filter((runtime) => this.#workers.get(runtime)?.kind === "present");
    return present.map((runtime) => ({
      runtime,
      title: `delete the Worker ${this.#workerOf(runtime)}`,
      run: () => this.#opened().deleteWorker(this.#workerOf(runtime)),
    }));
  }

  async reach(runtime: RuntimeName): Promise<Reached> {
    const known = this.#runtimes.find(({ name }) => name === runtime)?.url;
    if (known !== undefined) return { ok: true, url: known };
    const subdomain = await (this.#subdomain ??= this.#opened().subdomain());
    return subdomain.ok
      ? { ok: true, url: `https://${this.#workerOf(runtime)}.${subdomain.value}.workers.dev` }
      : subdomain;
  }

  async #create({ spec, bundle }: RuntimeToDeploy, signal: AbortSignal): Promise<StepEnd> {
    const { formula } = this.#deployment;
    const folder = path.join(path.dirname(bundle.folder), STUBS, safeName(spec.name));
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, STUB), stubSource(ownerOf(formula.app, spec.name)));
    writeConfig(folder, stubConfig(formula, spec, { main: STUB }));
    return endOf(await this.#wrangler(DEPLOY, folder, signal), []);
  }

  async #ship(runtime: RuntimeToDeploy, signal: AbortSignal): Promise<StepEnd> {
    this.#writeConfig(runtime);
    const { bundle, secrets, note } = runtime;
    const message = deploymentMessage(note.application, this.#deployment.at);
    const annotations = ["--tag", bundle.version, "--message", message];
    return withSecretsFile(secrets, async (file) => {
      const args = [...DEPLOY, ...annotations, "--secrets-file", file];
      return endOf(await this.#wrangler(args, bundle.folder, signal), secrets.values());
    });
  }

  async #rehearse(runtime: RuntimeToDeploy, signal: AbortSignal): Promise<StepEnd> {
    const { spec, bundle } = runtime;
    const outdir = path.join(path.dirname(bundle.folder), REHEARSALS, safeName(spec.name));
    // What is there is of another version.
    rmSync(outdir, { recursive: true, force: true });
    this.#writeConfig(runtime);
    return endOf(await this.#wrangler([...DEPLOY, "--dry-run", "--outdir", outdir], bundle.folder, signal), []);
  }

  #wrangler(args: readonly string[], folder: string, signal: AbortSignal): Promise<WranglerEnd> {
    const account = this.#account === undefined ? {} : { CLOUDFLARE_ACCOUNT_ID: this.#account.id };
    return runWrangler({ args, folder, environment: { ...this.#environment, ...account }, signal });
  }

  #writeConfig({ spec, bundle, note }: RuntimeToDeploy): void {
    const main = path.basename(bundle.worker);
    writeConfig(bundle.folder, wranglerConfig(this.#deployment.formula, spec, { main, note }));
  }

  #workerOf(runtime: RuntimeName): string {
    return workerName(this.#deployment.formula.app, runtime);
  }

  #opened(): Account {
    if (this.#account === undefined) throw new Error("The account was not opened: check comes first.");
    return this.#account;
  }
}

function endOf(end: WranglerEnd, secrets: Iterable<string>): StepEnd {
  if (end.ok) return { ok: true, note: sizeIn(end.output) };
  return { ok: false, reason: withoutSecrets(end.reason, secrets) };
}

function writeConfig(folder: string, config: Readonly<Record<string, unknown>>): void {
  writeFileSync(path.join(folder, CONFIG), `${JSON.stringify(config, null, 2)}\n`);
}

/** `1682.36 KiB / gzip: 376.88 KiB`, as wrangler says what it uploads. */
function sizeIn(output: string): string {
  return /^Total Upload: (.*)$/m.exec(output)?.[1] ?? "of unknown size";
}
