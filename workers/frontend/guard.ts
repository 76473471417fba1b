/**
 * Who may use the control API.
 *
 * Invariants
 * 1. Deployed, every guarded path takes the bearer token of the secret RADON_TOKEN; without that secret it stays closed.
 * 2. In development there is no token, so only the machine itself may come: the host asked for must be a loopback one (a page
 *    whose name was rebound to 127.0.0.1 is not), and no page of another site may be the one that asks.
 */
import type { Application } from "../../durable/core/application.ts";
import { problem } from "../../durable/problem.ts";
import type { Bindings } from "./objects.ts";
import { shown } from "./shown.ts";

export const TOKEN_BINDING = "RADON_TOKEN";

/** The problem that keeps this request out, or undefined. */
export async function refusal(
  application: Application,
  request: Request,
  env: Bindings,
): Promise<Response | undefined> {
  return application.development ? foreignRequest(request) : tokenProblem(request, env);
}

function foreignRequest(request: Request): Response | undefined {
  const header = request.headers.get("host") ?? "localhost";
  const hosts = [new URL(request.url).hostname, hostnameOf(`http://${header}`)];
  const foreign = hosts.find((host) => !isLoopback(host));
  if (foreign !== undefined) {
    return forbidden(
      `In development the control API answers only to localhost, *.localhost and loopback addresses, not to "${shown(foreign)}".`,
    );
  }
  const origin = request.headers.get("origin");
  const originHost = origin === null ? "localhost" : hostnameOf(origin);
  const crossSite = request.headers.get("sec-fetch-site") === "cross-site";
  if (crossSite || !isLoopback(originHost)) {
    return forbidden(
      "In development the control API takes no requests from pages of other sites: call it from this machine.",
    );
  }
  return undefined;
}

/** The host of a URL; of what is none, the empty name, which is no loopback one. */
function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}

export function isLoopback(hostname: string): boolean {
  if (hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]") return true;
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

async function tokenProblem(request: Request, env: Bindings): Promise<Response | undefined> {
  const secret = env[TOKEN_BINDING];
  if (typeof secret !== "string" || secret === "") {
    return forbidden(
      `This runtime has no token, so its control API is closed. Set the Worker's secret ${TOKEN_BINDING} ` +
        `(on Cloudflare: wrangler secret put ${TOKEN_BINDING}) and send it as "Authorization: Bearer TOKEN".`,
    );
  }
  const given = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (given === undefined)
    return unauthorized('The control API takes a token: send "Authorization: Bearer TOKEN".', "");
  if (await sameSecret(given, secret)) return undefined;
  return unauthorized(`The token is not this runtime's ${TOKEN_BINDING}.`, ', error="invalid_token"');
}

/** Compares digests, so that the time it takes tells nothing about the secret, its length included. */
async function sameSecret(given: string, secret: string): Promise<boolean> {
  const [a, b] = await Promise.all([digest(given), digest(secret)]);
  let difference = 0;
  for (let index = 0; index < a.length; index += 1) difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
  return difference === 0;
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function forbidden(detail: string): Response {
  return problem(403, "DENIED", detail);
}

function unauthorized(detail: string, error: string): Response {
  const response = problem(401, "UNAUTHORIZED", detail);
  response.headers.set("www-authenticate", `Bearer realm="radon"${error}`);
  return response;
}
