/**
 * One runtime on its machine: what is asked of the machine to send a release, to start it, and to take the runtime away.
 *
 * Invariants
 * 1. What is there is not sent.
 * 2. What it starts, puts back and removes it does while no other run does any of that there.
 */
import type { Environment } from "../../formula/environment.ts";
import type { RuntimeBundle } from "../../formula/bundle.ts";
import { sizeText } from "../../terminal/build-progress.ts";
import { TOKEN } from "../secrets.ts";
import type { StepEnd } from "../target.ts";
import type { VersionNote } from "../version-note.ts";
import { CLUSTER_STOP_S_MAX, clusterLack, clusterSecrets } from "./cluster.ts";
import type { Answer, Machine } from "./machine.ts";
import { answerWords, hindrances, readProbe, type Probe } from "./probe.ts";
import { bytesOf, releaseOf, type Release, type ReleaseFile } from "./release.ts";
import { RemoteSite } from "./remote-site.ts";
import type { Site } from "./site.ts";
import { startRelease } from "./start-release.ts";
import type { Tunnel } from "./tunnel.ts";
import { unitText } from "./unit.ts";
import { workerdFor } from "./workerd-binary.ts";

const SENT_AT_ONCE_MAX = 4;
const STATUS_MS_MAX = 30_000;

/** What the machine notes of a release that is about to be started. */
export interface StartedRelease {
  readonly version: string;
  /** The version of the application that it is a part of. */
  readonly application: string;
  /** When the command began. */
  readonly at: string;
}

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

  async release(bundle: RuntimeBundle, secrets: readonly string[], note: VersionNote): Promise<Release> {
    const { root, platform, superuser } = this.#known;
    const workerd = workerdFor(platform, this.#environment);
    if (!workerd.ok) throw new Error(workerd.reason);
    const { site } = this;
    const folder = `${root}/${site.path}`;
    const stop = site.cluster === undefined ? {} : { stopSecondsMax: CLUSTER_STOP_S_MAX };
    const unit = unitText({ app: site.app, runtime: site.runtime, folder, superuser, ...stop });
    const parts = { site, bundle, secrets, note, workerd: workerd.file };
    return releaseOf(site.machine.service === "systemd" ? { ...parts, unit } : parts);
  }

  /** Sends what the machine does not have of a release, and makes its folder. */
  async send({ version, files }: Release, signal: AbortSignal): Promise<StepEnd> {
    const hashes = [...new Set(files.map(({ hash }) => hash))];
    const asked = await this.#remote.ofMachine("missing", hashes, signal);
    if (!asked.ok) return asked;
    const missing = answerWords(asked.text)("missing");
    const wanted = missing.flatMap((hash) => files.find((each) => each.hash === hash) ?? []);
    const trouble = await this.#sendFiles(wanted, signal);
    if (trouble !== undefined) return { ok: false, reason: trouble };
    const names = files.map(({ name, hash }) => `${name}=${hash}`);
    const made = await this.#remote.run("assemble", [version, ...names], signal);
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
  async start(started: StartedRelease, secrets: ReadonlyMap<string, string>, signal: AbortSignal): Promise<StepEnd> {
    const { version, application, at } = started;
    return this.#remote.alone(signal, async () => {
      const noted = await this.#remote.run("note", [at, "deploy", version, application], signal);
      if (!noted.ok) return noted;
      const ofCluster = this.site.cluster === undefined ? [] : clusterSecrets(this.#environment);
      const status = await this.#remote.prepare(new Map([...secrets, ...ofCluster]), signal);
      return startRelease(this.#remote, { version, at, token: secrets.get(TOKEN) }, status, signal);
    });
  }

  /** Starts a release that is kept, with the secrets that it had. */
  async restore({ version, application, at }: StartedRelease, signal: AbortSignal): Promise<StepEnd> {
    return this.#remote.alone(signal, async () => {
      const noted = await this.#remote.run("note", [at, "rollback", version, application], signal);
      if (!noted.ok) return noted;
      const status = await this.#remote.restore(version, signal);
      return startRelease(this.#remote, { version, at, token: this.#environment[TOKEN] }, status, signal);
    });
  }

  /** What remote.sh tells of the releases that are kept, and of those before. */
  past(signal: AbortSignal): Promise<Answer> {
    return this.#remote.run("past", [], signal);
  }

  /** Shows the log until it ends, or until the signal if it is followed. */
  async showLogs(lines: number, follow: boolean, signal: AbortSignal): Promise<Answer> {
    const { root, service } = this.#remote;
    const words = [root, this.site.path, ...service, String(lines), follow ? "yes" : "no"];
    return this.#machine.show("logs", words, signal);
  }

  async remove(signal: AbortSignal): Promise<StepEnd> {
    return this.#remote.alone(signal, () => this.#remote.run("remove", this.#remote.service, signal));
  }

  /** A way to the release that runs. */
  async tunnel(): Promise<Tunnel> {
    const status = await this.#remote.status(AbortSignal.timeout(STATUS_MS_MAX));
    return this.#remote.tunnel(status.ok ? status.listens : undefined);
  }

  get #remote(): RemoteSite {
    return new RemoteSite(this.site, this.#machine, this.#known.root);
  }
}
