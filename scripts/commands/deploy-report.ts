/** What `radon deploy` tells at its end: what was made of the application, where it is, and how to have the version before again. */
import { wayBack } from "../deploy/rollback/find-places.ts";
import { shownVersion } from "../deploy/rollback/past-versions.ts";
import type { Target } from "../deploy/target.ts";
import type { Build } from "../formula/build.ts";
import type { Formula } from "../formula/formula.ts";
import type { Console } from "../terminal/console.ts";
import { table } from "../terminal/table.ts";
import { rollbackCommandLine } from "./rollback-report.ts";

export interface Deployed {
  readonly formula: Formula;
  /** The version of the application. */
  readonly application: string;
  readonly options: { readonly config: string };
  readonly console: Console;
}

/** The command that has the version before again, after a deployment that went wrong; undefined where that would undo another one. */
export async function tellWayBack(
  { application, formula, options, console }: Deployed,
  targets: readonly Target[],
): Promise<string | undefined> {
  const former = await wayBack(application, formula, targets);
  if (former === undefined) return undefined;
  const rollback = rollbackCommandLine(options.config);
  console.warn(`"${rollback}" puts the version before back: ${shownVersion(former)}.`);
  return rollback;
}

export function shipped({ runtimes }: Build): string {
  return table(
    ["RUNTIME", "VERSION", "FOLDER"],
    runtimes.map(({ runtime, version, folder }) => [runtime, version, folder]),
  );
}

export async function whereTo(formula: Formula, targets: readonly Target[]): Promise<string> {
  const rows = formula.runtimes.map(async ({ name, target, url }) => [
    name,
    target,
    url ?? (await address(name, targets, target)),
  ]);
  return table(["RUNTIME", "TARGET", "URL"], await Promise.all(rows));
}

/** A way of this machine's alone is nobody else's address. */
async function address(runtime: Formula["leader"], targets: readonly Target[], target: string): Promise<string> {
  const reached = await targets.find(({ name }) => name === target)?.reach(runtime);
  if (reached?.ok !== true) return "";
  await reached.close?.();
  return reached.close === undefined ? reached.url : "";
}
