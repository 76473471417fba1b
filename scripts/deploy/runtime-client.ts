/**
 * What tools ask of a deployed runtime, over its control API (docs/http.md).
 *
 * Invariants
 * 1. Every question ends: by an answer, or by a sentence that says why there is none. Nothing is thrown for what a runtime or
 *    the network does.
 * 2. The token goes to the runtime's own origin only (redirects are not followed), and is in no error.
 */
import { z } from "zod";
import type { Deployment } from "../../durable/core/deployment.ts";
import { deploymentSchema } from "./deployment-schema.ts";
import { exchange, jsonOf, type Exchange } from "./exchange.ts";

/** Of an ordinary question. */
export const ANSWER_MS_MAX = 15_000;
const DETAIL_LENGTH_MAX = 500;

/** Where a runtime answers, and as whom it is asked. */
export interface RuntimeAddress {
  /** Undefined: whichever answers. */
  readonly runtime: string | undefined;
  /** Its origin, such as `https://edge.example.com`. */
  readonly url: string;
  readonly token: string | undefined;
}

/** Why there is no answer. `unreachable`: nobody answered; `denied`: the token is missing or wrong; `failed`: all else. */
export interface RemoteFailure {
  readonly kind: "unreachable" | "denied" | "failed";
  /** Of the HTTP answer, if there was one. */
  readonly status?: number;
  /** Whole sentences: what happened, and what would help. */
  readonly message: string;
}

export type Asked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: RemoteFailure };

export interface Question<S extends z.ZodType> {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** With the query, as in `/_radon/v1/atoms?limit=5`. */
  readonly path: string;
  readonly schema: S;
  readonly body?: Uint8Array | undefined;
  readonly limitMs?: number;
  /** Ends the wait; the answer says so then. */
  readonly signal?: AbortSignal | undefined;
}

const problemSchema = z.looseObject({ detail: z.string() });

export class RuntimeClient {
  readonly #address: RuntimeAddress;

  constructor(address: RuntimeAddress) {
    this.#address = address;
  }

  /**
   * What the runtime was built as, or another one of its application, which it asks in turn. One that answers for another
   * runtime is a failure: the addresses are mixed up.
   */
  async deployment(of = this.#address.runtime, signal?: AbortSignal): Promise<Asked<Deployment>> {
    const { runtime, url } = this.#address;
    const query = of === undefined || of === runtime ? "" : `?runtime=${encodeURIComponent(of)}`;
    const path = `/_radon/v1/deployment${query}`;
    const answer = await this.ask({ path, schema: deploymentSchema, signal });
    if (!answer.ok || of === undefined || answer.value.runtime === of) return answer;
    const message = `At ${url} the runtime ${answer.value.runtime} answers, not ${runtime}: see to the "url" of both.`;
    return { ok: false, failure: { kind: "failed", message } };
  }

  async ask<S extends z.ZodType>(question: Question<S>): Promise<Asked<z.output<S>>> {
    const { method = "GET", path, schema, body, limitMs = ANSWER_MS_MAX, signal } = question;
    const { url, token } = this.#address;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { accept: "application/json", ...authorization };
    const answer = await exchange({ method, url: new URL(path, url), headers, limitMs, signal, body });
    return answer.kind === "none" ? this.#failed("unreachable", answer.reason) : this.#read(answer, schema);
  }

  #read<S extends z.ZodType>(answer: Exchange & { kind: "answer" }, schema: S): Asked<z.output<S>> {
    const { status, body } = answer;
    const json = jsonOf(body);
    if (status === 401 || status === 403) return this.#denied(status, json);
    if (status < 200 || status > 299) return this.#failed("failed", this.#refusal(answer, json), status);
    const parsed = schema.safeParse(json);
    if (parsed.success) return { ok: true, value: parsed.data };
    return this.#failed(
      "failed",
      "it answers, but not as this version of radon expects. Is it a runtime of Radon?",
      status,
    );
  }

  #refusal({ status, location }: Exchange & { kind: "answer" }, json: unknown): string {
    if (location !== undefined) return `it redirects to ${location}: write that origin as the runtime's "url".`;
    const problem = problemSchema.safeParse(json);
    if (problem.success) return problem.data.detail;
    return `it answered with status ${status}, and not as a runtime of Radon does.`;
  }

  #denied(status: number, json: unknown): Asked<never> {
    if (this.#address.token === undefined)
      return this.#failed(
        "denied",
        "it asks for a token: set RADON_TOKEN to the one that it was deployed with.",
        status,
      );
    const problem = problemSchema.safeParse(json);
    const detail = problem.success ? problem.data.detail : `it refuses with status ${status}.`;
    return this.#failed("denied", `${detail} Set RADON_TOKEN to the one that it was deployed with.`, status);
  }

  #failed(kind: RemoteFailure["kind"], reason: string, status?: number): Asked<never> {
    const { runtime, url, token } = this.#address;
    const who = runtime === undefined ? "The runtime" : `The runtime ${runtime}`;
    const said = `${who} at ${url}: ${reason.slice(0, DETAIL_LENGTH_MAX)}`;
    // A server that sends back what it was sent must not bring the token into a log.
    const message = token === undefined || token === "" ? said : said.replaceAll(token, "[token]");
    return { ok: false, failure: { kind, message, ...(status === undefined ? {} : { status }) } };
  }
}
