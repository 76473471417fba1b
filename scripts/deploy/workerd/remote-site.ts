/** The folder of one runtime on its machine: the commands of remote.sh for it, and what their answers say. */
import type { StepEnd } from "../target.ts";
import type { Answer, Machine } from "./machine.ts";
import { answerWords } from "./probe.ts";
import { secretsFile } from "./secrets-file.ts";
import type { Listening, Site } from "./site.ts";
import { startLogText } from "./start-log.ts";
import { openTunnel, type Tunnel } from "./tunnel.ts";

const LOG_LINES_SHOWN = 15;

export type Status =
  | {
      readonly ok: true;
      /** The release that is started, and where it listens. */
      readonly current: string | undefined;
      readonly listens: Listening | undefined;
      /** The last one that was seen to work. */
      readonly confirmed: string | undefined;
      /** True if something changed that the process has not seen. */
      readonly pending: boolean;
      readonly running: boolean;
      /** Since it was last started on purpose. */
      readonly starts: number;
    }
  | { readonly ok: false; readonly reason: string };

export class RemoteSite {
  readonly site: Site;
  readonly machine: Machine;
  /** The machine's radon folder, as an absolute path. */
  readonly root: string;

  constructor(site: Site, machine: Machine, root: string) {
    this.site = site;
    this.machine = machine;
    this.root = root;
  }

  /** A command that is about all runtimes of the machine. */
  ofMachine(command: string, words: readonly string[], signal: AbortSignal): Promise<Answer> {
    return this.machine.run(command, [this.root, ...words], signal);
  }

  run(command: string, words: readonly string[], signal: AbortSignal): Promise<Answer> {
    return this.ofMachine(command, [this.site.path, ...words], signal);
  }

  /** Does what no two runs may do at once; fails at once where another one does. */
  alone(signal: AbortSignal, work: () => Promise<StepEnd>): Promise<StepEnd> {
    return this.machine.holding("hold", [this.root, this.site.path], signal, work);
  }

  /** Gives it its secrets, which a process that runs takes with its next start. */
  async prepare(secrets: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Status> {
    const to = `${this.root}/${this.site.path}/environment.new`;
    const sent = await this.machine.write(to, Buffer.from(secretsFile(secrets)), signal);
    return sent.ok ? readStatus(await this.run("prepare", this.service, signal)) : sent;
  }

  /** Gives it back the secrets that a release had when it last worked. */
  async restore(version: string, signal: AbortSignal): Promise<Status> {
    return readStatus(await this.run("restore", [version, ...this.service], signal));
  }

  async status(signal: AbortSignal): Promise<Status> {
    return readStatus(await this.run("status", this.service, signal));
  }

  /** What it printed last, behind a sentence that says that it did not start. */
  async lastLog(signal: AbortSignal): Promise<string> {
    const log = await this.run("logs", [...this.service, String(LOG_LINES_SHOWN), "no"], signal);
    return log.ok ? startLogText(log.text, this.site.address) : "";
  }

  /** A way to what listens there: a release that is not of this formula may do so at another address than the formula says. */
  tunnel(listens: Listening = this.site.listens): Promise<Tunnel> {
    return openTunnel(this.machine, listens.address, listens.tls);
  }

  get service(): [service: string, unit: string] {
    return [this.site.machine.service, this.site.unit];
  }
}

function readStatus(answer: Answer): Status {
  if (!answer.ok) return answer;
  const words = answerWords(answer.text);
  return {
    ok: true,
    current: words("current")[0],
    listens: listensIn(answer.text),
    confirmed: words("confirmed")[0],
    pending: words("pending").length > 0,
    running: words("running").length > 0,
    starts: Number(words("starts")[0] ?? 0),
  };
}

/** What the release that an answer is about says of itself; nothing of one that was made before releases said so. */
export function listensIn(text: string): Listening | undefined {
  const [protocol, address] = (answerWords(text)("listens")[0] ?? "").split(" ");
  return address === undefined ? undefined : { address, tls: protocol === "https" };
}

/** As `listensIn` reads it. */
export function listensText({ address, tls }: Listening): string {
  return `${tls ? "https" : "http"} ${address}`;
}
