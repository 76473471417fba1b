/**
 * Starts a release in place of the one that runs.
 *
 * Invariants
 * 1. A release that does not answer is replaced by the one before it, which is started again.
 * 2. What runs as it should is not restarted.
 * 3. A release is asked where it says that it listens, whatever the formula says now.
 */
import type { StepEnd } from "../target.ts";
import { waitForHealth } from "./health.ts";
import { listensIn, type RemoteSite, type Status } from "./remote-site.ts";

/** Those who wait for an answer are let go before the process ends; a runtime that is too busy for that is ended all the same. */
const RELEASE_MS_MAX = 1_500;

/** `token` opens the control API of what runs so far; `status` is what was found after all was prepared. */
export async function startRelease(
  remote: RemoteSite,
  version: string,
  status: Status,
  token: string | undefined,
  signal: AbortSignal,
): Promise<StepEnd> {
  if (!status.ok) return status;
  const { current, confirmed, pending, running } = status;
  if (current === version && confirmed === version && !pending && running)
    return { ok: true, note: `runs ${version} already` };
  // A member of a cluster hands its objects over, and whoever waits for them goes on waiting.
  if (running && remote.site.cluster === undefined) await letGo(remote, status, token, signal);
  return replace(remote, version, confirmed, signal);
}

async function replace(
  remote: RemoteSite,
  version: string,
  former: string | undefined,
  signal: AbortSignal,
): Promise<StepEnd> {
  const started = await activate(remote, version, signal);
  if (started.ok) {
    const settled = await remote.run("settle", [version], signal);
    return settled.ok ? { ok: true, note: `runs ${version}, on ${started.address}` } : settled;
  }
  if (signal.aborted) return started;
  const told = `${started.reason}${await remote.lastLog(signal)}`;
  if (former === undefined || former === version) return { ok: false, reason: told };
  const again = await activate(remote, former, signal);
  const end = again.ok
    ? `The release before it, ${former}, runs again.`
    : `The release before it, ${former}, does not start either: ${again.reason}`;
  return { ok: false, reason: `${told}\n  ${end}` };
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
  const limit = AbortSignal.any([signal, AbortSignal.timeout(RELEASE_MS_MAX)]);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  await fetch(`${tunnel.url}/_radon/release`, { method: "POST", headers, signal: limit }).catch(() => undefined);
  await tunnel.close();
}
