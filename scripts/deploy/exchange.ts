/**
 * One HTTP request and its answer, bounded in time and size. Node's own client rather than `fetch`: it can be told that every
 * name below `localhost` is this machine (RFC 6761), which not every resolver knows.
 */
import { lookup } from "node:dns";
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { isLoopbackName } from "../formula/runtime-url.ts";

/** More than any answer of the control API: 10,000 atoms with what is known of each. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

export interface ExchangeOptions {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  /** For all of it, from the connection to the last byte. */
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type Exchange =
  | { readonly kind: "answer"; readonly status: number; readonly body: string; readonly location: string | undefined }
  /** `reason` completes "The runtime X: ...". */
  | { readonly kind: "none"; readonly reason: string };

export function exchange(options: ExchangeOptions): Promise<Exchange> {
  const { method, url, headers, body, limitMs, signal: given } = options;
  return new Promise((resolve) => {
    const timeout = AbortSignal.timeout(limitMs);
    const signal = given === undefined ? timeout : AbortSignal.any([timeout, given]);
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const fail = (error: unknown): void => {
      const reason = given?.aborted === true ? INTERRUPTED : reasonOf(error, url, timeout, limitMs);
      resolve({ kind: "none", reason });
    };
    const options: RequestOptions = { method, headers, signal, lookup: resolveHost, agent: agentFor(url) };
    try {
      const sent = send(url.href, options, (response) => void readAnswer(response).then(resolve, fail));
      sent.once("error", fail);
      sent.end(body);
    } catch (error) {
      fail(error);
    }
  });
}

/** By the proxy that the environment names, as wrangler does it; what is on this machine is asked directly. */
function agentFor({ protocol, hostname }: URL): HttpAgent | false {
  if (isLoopbackName(hostname)) return false;
  const Agent = protocol === "https:" ? HttpsAgent : HttpAgent;
  return new Agent({ proxyEnv: process.env });
}

async function readAnswer(response: IncomingMessage): Promise<Exchange> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error(`its answer is larger than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const status = response.statusCode ?? 0;
  const location = status >= 300 && status < 400 ? response.headers.location : undefined;
  return { kind: "answer", status, body: Buffer.concat(chunks).toString("utf8"), location };
}

const resolveHost: LookupFunction = (hostname, options, done) => {
  if (hostname !== "localhost" && !hostname.endsWith(".localhost")) return lookup(hostname, options, done);
  if (options.all === true) return done(null, [{ address: "127.0.0.1", family: 4 }]);
  return done(null, "127.0.0.1", 4);
};

const untrusted = ({ host }: URL): string =>
  `nobody that this machine trusts has signed the certificate of ${host}. NODE_EXTRA_CA_CERTS=FILE names a certificate to trust.`;

const REASONS: Readonly<Record<string, (url: URL) => string>> = {
  ECONNREFUSED: ({ host }) => `nothing listens at ${host}. Is it deployed there, and running?`,
  ENOTFOUND: ({ hostname }) => `there is no host ${hostname}. See to its "url", or to this machine's name server.`,
  EAI_AGAIN: ({ hostname }) => `the name ${hostname} cannot be resolved now. See to this machine's network.`,
  ECONNRESET: () => "the connection was closed before an answer came.",
  EHOSTUNREACH: ({ host }) => `there is no way to ${host} from this machine.`,
  ENETUNREACH: ({ host }) => `there is no way to ${host} from this machine.`,
  CERT_HAS_EXPIRED: ({ host }) => `the certificate of ${host} has expired.`,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ host, hostname }) => `the certificate that ${host} shows is not one of ${hostname}.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  ERR_INVALID_CHAR: () => "RADON_TOKEN holds characters that no token has, such as a line's end.",
};

const INTERRUPTED = "the question was interrupted.";

function reasonOf(error: unknown, url: URL, signal: AbortSignal, limitMs: number): string {
  if (signal.aborted) return `it gave no answer within ${limitMs / 1000} s.`;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const known = REASONS[code];
  if (known !== undefined) return known(url);
  return `it could not be asked: ${error instanceof Error ? error.message : String(error)}.`;
}

/** The body of an answer; undefined if it is no JSON. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
