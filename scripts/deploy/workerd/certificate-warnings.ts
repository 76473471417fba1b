/**
 * What is odd about the certificates that are sent along, told before a deployment rather than found out by peers that do not reach
 * the runtime. None of it keeps a deployment from being made: something in front may have a certificate of its own.
 */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import type { Formula, RuntimeSpec } from "../../formula/formula.ts";

type Application = Pick<Formula, "folder" | "runtimes">;

/** Sentences. One that is on the machine already is not looked at. */
export function certificateWarnings({ folder, runtimes }: Application, now: Date): string[] {
  const hasCloudflare = runtimes.some(({ target }) => target === "cloudflare");
  return runtimes.flatMap((runtime) => {
    const named = runtime.machines?.[0]?.tls?.certificate;
    if (named === undefined || path.isAbsolute(named)) return [];
    const file = path.resolve(folder, named);
    if (!existsSync(file)) return [];
    const oddities = odditiesOf(readFileSync(file), runtime, { now, hasCloudflare });
    return oddities.map((oddity) => `The certificate ${named} of ${runtime.name} ${oddity}`);
  });
}

interface Circumstances {
  readonly now: Date;
  readonly hasCloudflare: boolean;
}

/** What goes on after the certificate's name. */
function odditiesOf(pem: Buffer, { url }: RuntimeSpec, { now, hasCloudflare }: Circumstances): string[] {
  const certificate = parsed(pem);
  if (certificate === undefined) return ["cannot be read: it has to be PEM, the runtime's own certificate first."];
  const { validTo } = certificate;
  const host = url === undefined ? undefined : new URL(url).hostname.replace(/^\[|\]$/g, "");
  return [
    ...(Date.parse(validTo) < now.getTime() ? [`has expired (${validTo}): nobody takes it.`] : []),
    ...(host === undefined || isFor(certificate, host) ? [] : [`is none of ${host}, where its url leads.`]),
    ...(hasCloudflare && certificate.checkIssued(certificate)
      ? ["is signed by nobody else, and Cloudflare takes those of public authorities only."]
      : []),
  ];
}

/** The first one of the file; undefined if that is none. */
function parsed(pem: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function isFor(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}
