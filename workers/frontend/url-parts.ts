/** The pieces of a URL as the client escaped them, so that bytes which are not UTF-8 survive. */
import { problem } from "../../durable/problem.ts";
import { shown } from "./shown.ts";

/** The query's parameters, values still escaped, a space always as %20; a parameter that is given twice is a problem. */
export function rawQueryOf(url: URL): Map<string, string> | Response {
  const values = new Map<string, string>();
  for (const pair of url.search
    .slice(1)
    .split("&")
    .filter((part) => part !== "")) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (values.has(name)) return problem(400, "INVALID", `Parameter "${shown(name)}" is given twice: give it once.`);
    values.set(name, equals < 0 ? "" : pair.slice(equals + 1).replaceAll("+", "%20"));
  }
  return values;
}

/** The values of a template's parameters, by their place; `{name}` always is a whole segment. */
export function decodedPath(template: string, url: URL): Map<string, string> {
  const given = url.pathname.split("/");
  const values = new Map<string, string>();
  template.split("/").forEach((segment, index) => {
    const value = given[index];
    if (segment.startsWith("{") && value !== undefined) values.set(segment.slice(1, -1), decodedSegment(value));
  });
  return values;
}

/** All that stands at the place of the template's last parameter, and after it, as it was escaped. */
export function restOfPath(template: string, url: URL): string {
  return url.pathname
    .split("/")
    .slice(template.split("/").length - 1)
    .join("/");
}

function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
