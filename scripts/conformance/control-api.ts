/** The control API of a runtime (docs/http.md), as a client reaches it: all that the kits need of what they check. */
import { z } from "zod";

const ANSWER_MS_MAX = 30_000;

export interface HttpAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

const stateSchema = z.looseObject({
  state: z.string(),
  reason: z.string().nullable(),
  mailbox: z.looseObject({ messages: z.number() }),
  counters: z.record(z.string(), z.number()),
  lastTrap: z.looseObject({ time: z.string(), text: z.string() }).nullable(),
});
export type AtomReport = z.output<typeof stateSchema>;

const logSchema = z.looseObject({
  lines: z.array(z.looseObject({ id: z.number(), level: z.string(), text: z.string() })),
});
export type LogLine = z.output<typeof logSchema>["lines"][number];

const lettersSchema = z.looseObject({
  deadLetters: z.array(z.looseObject({ id: z.number(), direction: z.string(), reason: z.string() })),
});
export type Letter = z.output<typeof lettersSchema>["deadLetters"][number];

export class ControlApi {
  readonly #url: string;
  readonly #token: string | undefined;

  /** `url`: what all its paths begin with, such as `http://127.0.0.1:8787`. */
  constructor(url: string, token?: string) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  /** `atom`: a global name, `runtime/atom`. */
  message(atom: string, payload: string | Uint8Array): Promise<HttpAnswer> {
    return this.send("POST", `${pathOf(atom)}/messages`, payload);
  }

  request(atom: string, payload: string | Uint8Array, timeoutMs: number): Promise<HttpAnswer> {
    return this.send("POST", `${pathOf(atom)}/requests?timeout_ms=${timeoutMs}`, payload);
  }

  interrupt(atom: string, signal: number, payload: string | Uint8Array = ""): Promise<HttpAnswer> {
    return this.send("POST", `${pathOf(atom)}/interrupts/${signal}`, payload);
  }

  restart(atom: string): Promise<HttpAnswer> {
    return this.send("POST", `${pathOf(atom)}/restart`);
  }

  async report(atom: string): Promise<AtomReport> {
    return this.#read(stateSchema, pathOf(atom));
  }

  async logs(atom: string): Promise<readonly LogLine[]> {
    return (await this.#read(logSchema, `${pathOf(atom)}/logs`)).lines;
  }

  async deadLetters(atom: string): Promise<readonly Letter[]> {
    return (await this.#read(lettersSchema, `${pathOf(atom)}/dead-letters`)).deadLetters;
  }

  /** The value of a key; undefined if there is none. */
  async stored(atom: string, key: string): Promise<string | undefined> {
    const { status, text } = await this.send("GET", `${pathOf(atom)}/kv/${encodeURIComponent(key)}`);
    return status === 200 ? text : undefined;
  }

  async send(method: string, path: string, body?: string | Uint8Array): Promise<HttpAnswer> {
    const headers = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const payload = body === undefined ? {} : { body: typeof body === "string" ? body : Uint8Array.from(body) };
    const response = await fetch(this.#url + path, { method, headers, signal, ...payload });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, bytes, text: new TextDecoder().decode(bytes) };
  }

  async #read<T extends z.ZodType>(schema: T, path: string): Promise<z.output<T>> {
    const { status, text } = await this.send("GET", path);
    if (status !== 200) throw new Error(`GET ${path} was answered with ${status}: ${text}`);
    return schema.parse(JSON.parse(text));
  }
}

function pathOf(atom: string): string {
  return `/_radon/v1/atoms/${atom}`;
}
