/**
 * One runtime on its machine: what is asked of the machine to send a release, to start it in place of another one, and to take
 * the runtime away.
 *
 * Invariants
 * 1. A release that does not answer is replaced by the one before it, which is started again.
 * 2. What is there is not sent, and what runs as it should is not restarted.
 */
import { Readable } from "node:stream";
import type { Environment } from "../../formula/environment.ts";
import type { RuntimeBundle } from "../../formula/bundle.ts";
import { sizeText } from "../../terminal/build-progress.ts";
import type { StepEnd } from "../target.ts";
import { CLUSTER_STOP_S_MAX, clusterLack, clusterSecrets } from "./cluster.ts";
import { waitForHealth } from "./health.ts";
import type { Answer, Machine } from "./machine.ts";
import { answerWords, hindrances, readProbe, type Probe } from "./probe.ts";
import { bytesOf, releaseOf, type Release, type ReleaseFile } from "./release.ts";
import { secretsFile } from "./secrets-file.ts";
import type { Site } from "./site.ts";
import { openTunnel, type Tunnel } from "./tunnel.ts";
import { unitText } from "./unit.ts";
import { workerdFor } from "./workerd-binary.ts";

/** Those who wait for an answer are let go before the process ends; a runtime that is too busy for that is ended all the same. */
const RELEASE_MS_MAX = 1_500;
const LOG_LINES_SHOWN = 15;
const SENT_AT_ONCE_MAX = 4;

type Status =
  | {
      readonly ok: true;
      /** The release that is started. */
      readonly current: string | undefined;
      /** The last one that was seen to work. */
      readonly confirmed: string | undefined;
      /** True if something changed that the process has not seen. */
      readonly pending: boolean;
      readonly running: boolean;
      /** Since it was last started on purpose. */
      readonly starts: number;
    }
  | { readonly ok: false; readonly reason: string };

export class RuntimeOnMachine {
  readonly site: Site;
  readonly #machine: Machine;
  readonly #environment: Environment;
  #probe: Probe | undefined;

  constructor(site: Site, machine: Machine, environment: Environment) {
    this.#environment = environment;
    this.site = site;
    this.#machine = machine;
  }

  /** Finds out what the other methods need to know of the machine. */
  async find(signal: AbortSignal): Promise<Answer> {
    const { machine, path, expected } = this.site;
    const answer = await this.#machine.run("probe", [machine.folder, path, ...expected], signal);
    if (answer.ok) this.#probe = readProbe(answer.text);
    return answer;
  }

  /** What would keep it from being reached, and, if it is to be deployed, from running, as sentences. */
  async check(isDeployed: boolean, signal: AbortSignal): Promise<string[]> {
    const answer = await this.find(signal);
    if (!answer.ok) return [`${this.site.runtime}: ${answer.reason}`];
    return isDeployed ? this.#hindrances() : [];
  }

  #hindrances(): string[] {
    const { machine, runtime } = this.site;
    return hindrances(this.site, this.#known, this.#environment).map(
      (reason) => `${runtime}, on ${machine.host}: ${reason}`,
    );
  }

  get present(): boolean {
    return this.#known.present;
  }

  get #known(): Probe {
    if (this.#probe === undefined) throw new Error(`The machine of ${this.site.runtime} was not asked before.`);
    return this.#probe;
  }

  async release(bundle: RuntimeBundle, secrets: readonly string[]): Promise<Release> {
    const { root, platform, superuser } = this.#known;
    const workerd = workerdFor(platform, this.#environment);
    if (!workerd.ok) throw new Error(workerd.reason);
    const { site } = this;
    const folder = `${root}/${site.path}`;
    const stop = site.cluster === undefined ? {} : { stopSecondsMax: CLUSTER_STOP_S_MAX };
    const unit = unitText({ app: site.app, runtime: site.runtime, folder, superuser, ...stop });
    const parts = { site, bundle, secrets, workerd: workerd.file };
    return releaseOf(site.machine.service === "systemd" ? { ...parts, unit } : parts);
  }

  /** Sends what the machine does not have of a release, and makes its folder. */
  async send({ version, files }: Release, signal: AbortSignal): Promise<StepEnd> {
    const hashes = [...new Set(files.map(({ hash }) => hash))];
    const asked = await this.#run("missing", hashes, signal);
    if (!asked.ok) return asked;
    const missing = answerWords(asked.text)("missing");
    const wanted = missing.flatMap((hash) => files.find((each) => each.hash === hash) ?? []);
    const trouble = await this.#sendFiles(wanted, signal);
    if (trouble !== undefined) return { ok: false, reason: trouble };
    const names = files.map(({ name, hash }) => `${name}=${hash}`);
    const made = await this.#run("assemble", [this.site.path, version, ...names], signal);
    if (!made.ok) return made;
    const lack = this.site.cluster && clusterLack(answerWords(made.text)("workerd")[0] ?? "");
    if (lack !== undefined) return { ok: false, reason: lack };
    if (wanted.length === 0) return { ok: true, note: "nothing to send" };
    const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
    return { ok: true, note: `${wanted.length} of ${hashes.length} files, ${sizeText(bytes)}` };
  }

  /** A few at a time: each waits for the machine more than for anything else. The first trouble, if there was any. */
  async #sendFiles(files: readonly ReleaseFile[], signal: AbortSignal): Promise<string | undefined> {
    const queue = [...files];
    const troubles: string[] = [];
    const sender = async () => {
      for (let file = queue.shift(); file !== undefined && troubles.length === 0; file = queue.shift()) {
        const to = `${this.#known.root}/files/${file.hash}`;
        const answer = await this.#machine.receive(to, file.hash, bytesOf(file), signal);
        if (!answer.ok) troubles.push(answer.reason);
      }
    };
    await Promise.all(Array.from({ length: SENT_AT_ONCE_MAX }, sender));
    return troubles[0];
  }

  /** Starts a release that was sent, unless it runs already. */
  async start(version: string, secrets: ReadonlyMap<string, string>, signal: AbortSignal): Promise<StepEnd> {
    const ofCluster = this.site.cluster === undefined ? [] : clusterSecrets(this.#environment);
    const status = await this.#prepare(new Map([...secrets, ...ofCluster]), signal);
    if (!status.ok) return status;
    const { current, confirmed, pending, running } = status;
    if (current === version && confirmed === version && !pending && running)
      return { ok: true, note: `runs ${version} already` };
    const tunnel = await this.tunnel();
    try {
      // A member of a cluster hands its objects over, and whoever waits for them goes on waiting.
      if (running && this.site.cluster === undefined) await letGo(tunnel.url, secrets.get("RADON_TOKEN"), signal);
      return await this.#replace(version, confirmed, tunnel, signal);
    } finally {
      await tunnel.close();
    }
  }

  async #replace(version: string, former: string | undefined, tunnel: Tunnel, signal: AbortSignal): Promise<StepEnd> {
    const trouble = await this.#activate(version, tunnel, signal);
    if (trouble === undefined) {
      const settled = await this.#run("settle", [this.site.path, version], signal);
      return settled.ok ? { ok: true, note: `runs ${version}, on ${this.site.address}` } : settled;
    }
    if (signal.aborted) return { ok: false, reason: trouble };
    const log = await this.#lastLog(signal);
    if (former === undefined || former === version) return { ok: false, reason: `${trouble}${log}` };
    const again = await this.#activate(former, tunnel, signal);
    const end =
      again === undefined
        ? `The release before it, ${former}, runs again.`
        : `The release before it, ${former}, does not start either: ${again}`;
    return { ok: false, reason: `${trouble}${log}\n  ${end}` };
  }

  /** Undefined once the release answers. */
  async #activate(version: string, tunnel: Tunnel, signal: AbortSignal): Promise<string | undefined> {
    const activated = await this.#run("activate", [this.site.path, version, ...this.#service()], signal);
    if (!activated.ok) return activated.reason;
    const starts = async () => {
      const status = await this.#status("status", signal);
      return status.ok ? status.starts : 0;
    };
    return waitForHealth({ url: tunnel.url, site: this.site, starts, signal });
  }

  async #lastLog(signal: AbortSignal): Promise<string> {
    const log = await this.#run("logs", [this.site.path, ...this.#service(), String(LOG_LINES_SHOWN), "no"], signal);
    if (!log.ok || log.text.trim() === "") return "";
    return `\n  Its log ends with:\n    ${log.text.trim().replaceAll("\n", "\n    ")}`;
  }

  /** Shows the log until it ends, or until the signal if it is followed. */
  async showLogs(lines: number, follow: boolean, signal: AbortSignal): Promise<Answer> {
    const words = [this.#known.root, this.site.path, ...this.#service(), String(lines), follow ? "yes" : "no"];
    return this.#machine.show("logs", words, signal);
  }

  async remove(signal: AbortSignal): Promise<StepEnd> {
    return this.#run("remove", [this.site.path, ...this.#service()], signal);
  }

  tunnel(): Promise<Tunnel> {
    return openTunnel(this.#machine, this.site.ownAddress, this.site.tls !== undefined);
  }

  /** Gives it its secrets, which a process that runs takes with its next start. */
  async #prepare(secrets: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Status> {
    const to = `${this.#known.root}/${this.site.path}/environment.new`;
    const sent = await this.#machine.write(to, Readable.from([Buffer.from(secretsFile(secrets))]), signal);
    return sent.ok ? this.#status("prepare", signal) : sent;
  }

  async #status(command: "prepare" | "status", signal: AbortSignal): Promise<Status> {
    const answer = await this.#run(command, [this.site.path, ...this.#service()], signal);
    if (!answer.ok) return answer;
    const words = answerWords(answer.text);
    return {
      ok: true,
      current: words("current")[0],
      confirmed: words("confirmed")[0],
      pending: words("pending").length > 0,
      running: words("running").length > 0,
      starts: Number(words("starts")[0] ?? 0),
    };
  }

  #service(): [service: string, unit: string] {
    return [this.site.machine.service, this.site.unit];
  }

  #run(command: string, words: readonly string[], signal: AbortSignal): Promise<Answer> {
    return this.#machine.run(command, [this.#known.root, ...words], signal);
  }
}

async function letGo(url: string, token: string | undefined, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(RELEASE_MS_MAX)]);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  await fetch(`${url}/_radon/release`, { method: "POST", headers, signal: limit }).catch(() => undefined);
}
