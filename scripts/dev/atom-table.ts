/** The atoms that run, and how to try them. */
import type { RuntimeName } from "../../durable/core/names.ts";
import { settingsOn } from "../formula/atom-settings.ts";
import type { AtomSpec, Formula } from "../formula/formula.ts";
import { routeKey } from "../formula/routes.ts";
import { table } from "../terminal/table.ts";
import { runtimeHost } from "./address.ts";

export function atomTable(formula: Formula, url: string): string {
  const rows = formula.atoms.flatMap((atom) =>
    atom.runtimes.map((runtime) => [atom.name, atom.kind, runtime, tryUrls(atom, runtime, formula, url).join(" ")]),
  );
  return table(["ATOM", "KIND", "RUNTIME", "TRY"], rows);
}

/** The routes of an atom; its state, for one that has none. */
function tryUrls(atom: AtomSpec, runtime: RuntimeName, formula: Formula, url: string): string[] {
  const { http } = settingsOn(atom, runtime);
  if (http.length === 0) return [`${url}/_radon/v1/atoms/${runtime}/${atom.name}`];
  return http.map((route) => (isShared(route, runtime, formula) ? runtimeUrl(url, runtime) : url) + samplePath(route));
}

/** The leader's Worker serves every route, but one that several runtimes have it serves itself. */
function isShared(route: string, runtime: RuntimeName, formula: Formula): boolean {
  if (runtime === formula.leader) return false;
  return formula.atoms.some((atom) => {
    const elsewhere = atom.runtimes.filter((each) => each !== runtime).flatMap((each) => settingsOn(atom, each).http);
    return elsewhere.some((each) => routeKey(each) === routeKey(route));
  });
}

function runtimeUrl(url: string, runtime: string): string {
  const { port } = new URL(url);
  return `http://${runtimeHost(runtime)}:${port}`;
}

/** A path of the route: the names of its parameters in their place, and a word for its rest. */
function samplePath(route: string): string {
  return route
    .replace(/\{[^}]*\}/g, "")
    .replace(/:(\w+)\??/g, "$1")
    .replace(/\*$/, "example");
}
