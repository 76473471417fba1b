/** Where a deployed runtime answers, as its `url` says. */
import { isLoopback } from "../dev/address.ts";
import type { Row } from "./check.ts";
import type { Reporter } from "./reporter.ts";
import type { RuntimeShape } from "./schema.ts";

const EXAMPLE = 'url = "https://edge.example.com"';

/** The origin of each row's `url`; undefined where it has none, or where something is wrong with it. */
export function checkUrls(rows: readonly Row<RuntimeShape>[], report: Reporter): (string | undefined)[] {
  const first = new Map<string, string>();
  return rows.map(({ at, shape }) => {
    if (shape.url === undefined) return undefined;
    const wrong = urlMistake(shape.url);
    if (wrong !== undefined) {
      report.error([...at, "url"], wrong.message, wrong.remedy);
      return undefined;
    }
    const { origin } = new URL(shape.url);
    const other = first.get(origin);
    first.set(origin, other ?? shape.name);
    // Two of one name are told as that.
    if (other === undefined || other === shape.name) return origin;
    const message = `The runtimes "${other}" and "${shape.name}" have the same url.`;
    report.error([...at, "url"], message, "Each runtime is a Worker of its own, at a host name of its own.");
    return undefined;
  });
}

/** Anything but an origin is refused: the paths below it are the runtime's own, and a token may only go over TLS. */
function urlMistake(text: string): { readonly message: string; readonly remedy: string } | undefined {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) {
    return { message: `"${text}" is no web address.`, remedy: `Write it with https and a host: ${EXAMPLE}.` };
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    return { message: "The url has a user or a password in it.", remedy: `Leave them out: the token is RADON_TOKEN.` };
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return { message: `"${text}" has more than a host.`, remedy: `Write url = "${url.origin}".` };
  }
  if (url.protocol === "https:" || isLoopbackName(url.hostname)) return undefined;
  return {
    message: `"${text}" is not encrypted, and what is sent there has a token.`,
    remedy: `Write url = "https://${url.host}"; http is for this machine only.`,
  };
}

/** The names that mean this machine: `radon dev` gives each runtime one below `localhost`. */
export function isLoopbackName(hostname: string): boolean {
  return isLoopback(hostname.replace(/^\[|\]$/g, "")) || hostname.endsWith(".localhost");
}
