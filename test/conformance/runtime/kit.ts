/**
 * Drives the puppets of a runtime through its control API, and reads in their logs what came of it.
 *
 * Invariants
 * 1. Each rule finds puppets without callbacks, futures or messages: they are restarted before it. Their stores keep what is in them,
 *    so each rule has keys of its own.
 * 2. Nothing is waited for longer than `PATIENCE_MS`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { AtomReport, ControlApi, HttpAnswer, LogLine } from "../../../scripts/conformance/control-api.ts";
import { bytesOf, forever, out, peek, program, registerIn, shownRecord, type Step } from "../puppet-program.ts";

export const RUNTIME = "kit";
export const PUPPETS = ["a", "b", "c", "daemon"] as const;
export type Puppet = (typeof PUPPETS)[number];

const PATIENCE_MS = 5_000;
const POLL_MS = 10;
const REQUEST_MS = 5_000;

export class Kit {
  readonly api: ControlApi;
  /** The last line of each log that was read. */
  readonly #seen = new Map<string, number>();

  constructor(api: ControlApi) {
    this.api = api;
  }

  /** Puppets as they are at first. */
  async reset(): Promise<void> {
    for (const puppet of PUPPETS) {
      await this.api.restart(globalName(puppet));
      await this.until(`${puppet} is at rest`, async () => {
        const { mailbox, state } = await this.report(puppet);
        return mailbox.messages === 0 && state !== "backoff";
      });
      await this.lines(puppet);
    }
  }

  /** A program as a message for this puppet. */
  script(puppet: Puppet, ...steps: Step[]): Uint8Array {
    return bytesOf(program(...(puppet === "daemon" ? [forever()] : []), ...steps));
  }

  /** Sends a program and waits until it came to its end; what it noted. */
  async tell(puppet: Puppet, ...steps: Step[]): Promise<string[]> {
    const end = peek(out(0));
    await this.post(puppet, ...steps, end);
    const lines: LogLine[] = [];
    await this.until(`${puppet} came to the end of its program`, async () => {
      lines.push(...(await this.#newLines(puppet)));
      return lines.some(({ text }) => registerIn(text) === end.register);
    });
    return shownLines(lines.filter(({ text }) => registerIn(text) !== end.register));
  }

  /** Sends a program; what becomes of it, is for others to wait for. */
  async post(puppet: Puppet, ...steps: Step[]): Promise<void> {
    const { status, text } = await this.api.message(globalName(puppet), this.script(puppet, ...steps));
    if (status !== 202) throw new Error(`A message was refused with ${status}: ${text}`);
  }

  ask(puppet: Puppet, ...steps: Step[]): Promise<HttpAnswer> {
    return this.api.request(globalName(puppet), this.script(puppet, ...steps), REQUEST_MS);
  }

  async interrupt(puppet: Puppet, signal: number, payload = ""): Promise<void> {
    const { status, text } = await this.api.interrupt(globalName(puppet), signal, payload);
    if (status !== 202) throw new Error(`An interrupt was refused with ${status}: ${text}`);
  }

  /** Waits until a puppet noted so many lines; all that it noted by then. */
  async lines(puppet: Puppet, count = 0): Promise<string[]> {
    const lines: string[] = [];
    const enough = async () => {
      lines.push(...shownLines(await this.#newLines(puppet)));
      return lines.length >= count;
    };
    await this.until(() => `${puppet} noted ${count} things; it noted ${JSON.stringify(lines)}`, enough);
    return lines;
  }

  report(puppet: Puppet): Promise<AtomReport> {
    return this.api.report(globalName(puppet));
  }

  stored(puppet: Puppet, key: string): Promise<string | undefined> {
    return this.api.stored(globalName(puppet), key);
  }

  /** `what`: what did not come to be, should it not. */
  async until(what: string | (() => string), isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (Date.now() > deadline)
        throw new Error(
          `Within ${PATIENCE_MS / 1000} s it was not so that ${typeof what === "string" ? what : what()}.`,
        );
      await sleep(POLL_MS);
    }
  }

  async #newLines(puppet: Puppet): Promise<readonly LogLine[]> {
    const seen = this.#seen.get(puppet) ?? -1;
    const lines = (await this.api.logs(globalName(puppet))).filter(({ id }) => id > seen);
    this.#seen.set(puppet, lines.at(-1)?.id ?? seen);
    return lines;
  }
}

export function globalName(puppet: Puppet): string {
  return `${RUNTIME}/${puppet}`;
}

/** Records as `kv.get = 1 "x"`; what a puppet says by `core.log`, as it says it. */
function shownLines(lines: readonly LogLine[]): string[] {
  const shown = lines.flatMap(({ level, text }) => {
    if (level === "trace" && text !== "") return [shownRecord(text)];
    return level === "info" ? [text] : [];
  });
  return shown.filter((line) => line !== "forever = 0" && line !== "core.log = 0");
}
