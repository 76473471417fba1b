/** The atoms of a running example set, as a client meets them: over the control API and over the route. */
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS_MAX = 10_000;

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly bytes: Uint8Array;
  readonly text: string;
}

export interface LogLine {
  readonly level: string;
  readonly text: string;
}

export class ExampleAtoms {
  /** `http://HOST:PORT`. */
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Sends the atom a request; its reply, or the problem that the API makes of a failure. */
  request(atom: string, payload: string | Uint8Array<ArrayBuffer>): Promise<Answer> {
    return this.http("POST", `${path(atom)}/requests`, payload);
  }

  /** Sends the atom a request that it has to reply to; the text of the reply. */
  async ask(atom: string, payload: string): Promise<string> {
    const { status, text } = await this.request(atom, payload);
    if (status !== 200) throw new Error(`${atom}, asked ${JSON.stringify(payload)}, failed: ${text}`);
    return text;
  }

  /** Sends the atom a request that it has to fail; the sentence of the failure. */
  async refusal(atom: string, payload: string): Promise<string> {
    const { status, text } = await this.request(atom, payload);
    if (status !== 502) throw new Error(`${atom}, asked ${JSON.stringify(payload)}, answered ${status}: ${text}`);
    return (JSON.parse(text) as { detail: string }).detail;
  }

  /** Sends the atom a one-way message. */
  async send(atom: string, payload: string): Promise<number> {
    return (await this.http("POST", `${path(atom)}/messages`, payload)).status;
  }

  async interrupt(atom: string, signal: number, payload: string): Promise<number> {
    return (await this.http("POST", `${path(atom)}/interrupts/${signal}`, payload)).status;
  }

  /** What the atom's store holds under a key. */
  async stored(atom: string, key: string): Promise<string> {
    return (await this.http("GET", `${path(atom)}/kv/${encodeURIComponent(key)}`)).text;
  }

  /** The recent lines of the atom's log. */
  async logs(atom: string): Promise<readonly LogLine[]> {
    return (JSON.parse((await this.http("GET", `${path(atom)}/logs`)).text) as { lines: LogLine[] }).lines;
  }

  async lastTrap(atom: string): Promise<unknown> {
    return (JSON.parse((await this.http("GET", path(atom))).text) as { lastTrap: unknown }).lastTrap;
  }

  async http(method: string, path: string, body?: string | Uint8Array<ArrayBuffer>): Promise<Answer> {
    const response = await fetch(this.url + path, { method, ...(body === undefined ? {} : { body }) });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const type = response.headers.get("content-type");
    return { status: response.status, type, bytes, text: new TextDecoder().decode(bytes) };
  }
}

/** Reads until what was read is enough; what was read last. The pauses let an atom that waits for messages come to its timeout. */
export async function eventually<T>(read: () => Promise<T>, isEnough: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS_MAX;
  for (;;) {
    const value = await read();
    if (isEnough(value) || Date.now() > deadline) return value;
    await sleep(100);
  }
}

function path(atom: string): string {
  return `/_radon/v1/atoms/local/${atom}`;
}
