/** Asks Cloudflare's API, within bounds of time and tries, and tells in a sentence why there is no answer. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { jsonOf } from "../exchange.ts";

const API = "https://api.cloudflare.com/client/v4";
const ANSWER_MS_MAX = 30_000;
const TRIES_MAX = 3;
const PAUSE_MS = 1_000;

export type Credentials = Readonly<Record<string, string>>;

export type Answered<T> =
  | { readonly ok: true; readonly value: T }
  /** `status` is that of the HTTP answer, where there was one, and `code` that of the API's error. */
  | { readonly ok: false; readonly reason: string; readonly status?: number; readonly code?: number };

const envelopeSchema = z.looseObject({
  success: z.boolean(),
  errors: z.array(z.looseObject({ code: z.number().optional(), message: z.string() })).default([]),
  result: z.unknown(),
});

export class ApiClient {
  readonly #base: string;
  readonly #credentials: Credentials;
  readonly #signal: AbortSignal;

  constructor(base: string | undefined, credentials: Credentials, signal: AbortSignal) {
    this.#base = base === undefined || base === "" ? API : base.replace(/\/$/, "");
    this.#credentials = credentials;
    this.#signal = signal;
  }

  /** What is asked may be asked again: nothing that this is used for does more the second time. */
  async ask<S extends z.ZodType>(
    method: "GET" | "DELETE" | "POST",
    path: string,
    schema: S,
    body?: unknown,
  ): Promise<Answered<z.output<S>>> {
    let answer: Answered<z.output<S>> = { ok: false, reason: "It was interrupted." };
    for (let attempt = 0; attempt < TRIES_MAX && !this.#signal.aborted; attempt += 1) {
      if (attempt > 0) await sleep(PAUSE_MS * attempt, undefined, { signal: this.#signal }).catch(() => undefined);
      answer = await this.#askOnce(method, path, schema, body);
      if (answer.ok || !mayPass(answer.status)) break;
    }
    return answer;
  }

  async #askOnce<S extends z.ZodType>(
    method: string,
    path: string,
    schema: S,
    body: unknown,
  ): Promise<Answered<z.output<S>>> {
    const what = `${method} ${path.replace(/\?.*$/, "")}`;
    try {
      const response = await fetch(this.#base + path, {
        method,
        headers: { ...this.#credentials, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
      });
      return read(what, response.status, await response.text(), schema);
    } catch (error) {
      return { ok: false, reason: `Cloudflare's API did not answer ${what}: ${causeOf(error)}.` };
    }
  }
}

/** Too many requests, a fault of the server's, no answer at all. */
function mayPass(status: number | undefined): boolean {
  return status === undefined || status === 429 || status >= 500;
}

function read<S extends z.ZodType>(what: string, status: number, body: string, schema: S): Answered<z.output<S>> {
  const envelope = envelopeSchema.safeParse(jsonOf(body));
  if (!envelope.success) return { ok: false, status, reason: `Cloudflare's API answered ${what} with ${status}.` };
  const { success, errors, result } = envelope.data;
  if (!success) {
    const told = errors
      .map(({ code, message }) => (code === undefined ? message : `${message} [code: ${code}]`))
      .join(", ");
    const code = errors.find((error) => error.code !== undefined)?.code;
    const reason = `Cloudflare's API answered ${what} with ${status}: ${told}.${advice(status)}`;
    return { ok: false, status, reason, ...(code === undefined ? {} : { code }) };
  }
  const parsed = schema.safeParse(result);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, status, reason: `Cloudflare's API answered ${what} with something that radon does not know.` };
}

function advice(status: number): string {
  if (status !== 401 && status !== 403) return "";
  return " See to CLOUDFLARE_API_TOKEN: it needs the permission to edit Workers Scripts of the account.";
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
