/**
 * Starts a release in place of the one that runs.
 *
 * Invariants
 * 1. A release that does not answer is replaced by the one before it, which is started again, with the secrets that it had.
 * 2. What runs as it should is not restarted.
 * 3. A release is asked where it says that it listens, whatever the formula says now.
 */
import { exchange } from "../exchange.ts";
import type { StepEnd } from "../target.ts";
import { waitForHealth } from "./health.ts";
import { listensIn, type RemoteSite, type Status } from "./remote-site.ts";

/** Those who wait for an answer are let go before the process ends; a runtime that is too busy for that is ended all the same. */
const RELEASE_MS_MAX = 1_500;

export interface Start {
  readonly version: string;
  /** When the command began, for the history of the runtime. */
  readonly at: string;
  /** What opens the control API of what runs so far. */
  readonly token: string | undefined;
}

/** `status` is what was found after the release and its secrets were prepared. */
export async function startRelease(
  remote: RemoteSite,
  start: Start,
  status: Status,
  signal: AbortSignal,
): Promise<StepEnd> {
  if (!status.ok) return status;
  const { version, token } = start;
  const { current, confirmed, pending, running } = status;
  if (current === version && confirmed === version && !pending && running)
    return settle(remote, start, `runs ${version} already`, signal);
  // A member of a cluster hands its objects over, and whoever waits for them goes on waiting.
  if (running && remote.site.cluster === undefined) await letGo(remote, status, token, signal);
  return replace(remote, start, confirmed, signal);
}

async function replace(
  remote: RemoteSite,
  start: Start,
  former: string | undefined,
  signal: AbortSignal,
): Promise<StepEnd> {
  const { version } = start;
  const started = await activate(remote, version, signal);
  if (started.ok) return settle(remote, start, `runs ${version}, on ${started.address}`, signal);
  if (signal.aborted) return started;
  const told = `${started.reason}${await remote.lastLog(signal)}`;
  if (former === undefined || former === version) return { ok: false, reason: told };
  return { ok: false, reason: `${told}\n  ${await putBack(remote, former, start.at, signal)}` };
}

async function putBack(remote: RemoteSite, former: string, at: string, signal: AbortSignal): Promise<string> {
  const prepared = await remote.restore(former, signal);
  const again = prepared.ok ? await activate(remote, former, signal) : prepared;
  if (!again.ok) return `The release before it, ${former}, does not start either: ${again.reason}`;
  await remote.run("settle", [former, at], signal);
  return `The release before it, ${former}, runs again.`;
}

async function settle(remote: RemoteSite, start: Start, note: string, signal: AbortSignal): Promise<StepEnd> {
  const settled = await remote.run("settle", [start.version, start.at], signal);
  return settled.ok ? { ok: true, note } : settled;
}

type Activated = { readonly ok: true; readonly address: string } | { readonly ok: false; readonly reason: string };

async function activate(remote: RemoteSite, version: string, signal: AbortSignal): Promise<Activated> {
  const activated = await remote.run("activate", [version, ...remote.service], signal);
  if (!activated.ok) return activated;
  const listens = listensIn(activated.text) ?? remote.site.listens;
  const starts = async () => {
    const status = await remote.status(signal);
    return status.ok ? status.starts : 0;
  };
  const tunnel = await remote.tunnel(listens);
  const question = { url: tunnel.url, address: listens.address, site: remote.site, starts, signal };
  const trouble = await waitForHealth(question);
  await tunnel.close();
  return trouble === undefined ? { ok: true, address: listens.address } : { ok: false, reason: trouble };
}

async function letGo(
  remote: RemoteSite,
  { listens }: Status & { readonly ok: true },
  token: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const tunnel = await remote.tunnel(listens);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const url = new URL("/_radon/release", tunnel.url);
  await exchange({ method: "POST", url, headers, limitMs: RELEASE_MS_MAX, signal });
  await tunnel.close();
}
