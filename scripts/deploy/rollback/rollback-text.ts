/** A rollback as people read it before it is made, and as scripts do. */
import type { RuntimeName } from "../../../durable/core/names.ts";
import { table } from "../../terminal/table.ts";
import type { Plan } from "../plan-against-deployed.ts";
import { atomTexts, changesJson } from "../plan-text.ts";
import type { Choice, Move } from "./choose.ts";
import { shownTime, type PastVersion } from "./past-versions.ts";

export interface RollbackText {
  readonly app: string;
  readonly choice: Choice;
  readonly on: ReadonlySet<RuntimeName>;
  readonly plan: Plan;
}

export function rollbackText(text: RollbackText): string {
  const { choice, plan } = text;
  const parts = [
    opening(text),
    table(
      ["RUNTIME", "CHANGE", "RUNS", "GOES BACK TO"],
      [...choice.moves.map((move) => row(move, text)), ...others(text)],
    ),
    ...(plan.atoms.length > 0 ? atomTexts(plan) : []),
    ...(plan.complete
      ? []
      : ["It is not known what becomes of every atom: not every version tells what it was built as."]),
  ];
  return parts.join("\n\n");
}

function opening({ app, choice: { to, because } }: RollbackText): string {
  const of = to.at === undefined ? "an earlier version" : `the version of ${shownTime(to.at)}`;
  if (because === "begun") return `${app} was put back to ${of} before. This completes what is left of that.`;
  if (because === "runs") return `Nothing of the last deployment runs: ${app} is at ${of}, and stays there.`;
  if (because === "named") return `${app} goes to ${of}.`;
  return `${app} goes back to ${of}, the one before the last deployment.`;
}

function row({ place, from, to }: Move, { on }: RollbackText): string[] {
  const runs = from?.version ?? (place.current === undefined ? "several or none" : "not known");
  if (!on.has(place.runtime)) return [place.runtime, "stays", runs, ""];
  return [place.runtime, from?.id === to.id ? "unchanged" : "put back", runs, to.version];
}

function others({ choice, plan }: RollbackText): string[][] {
  return choice.outside.map((runtime) => {
    const runs = plan.runtimes.find((each) => each.runtime === runtime)?.deployed ?? "";
    return [runtime, "stays, as no part of it", runs, ""];
  });
}

/** What can be named with `--to`: the version of any runtime. */
export function versionsText(past: readonly PastVersion[]): string {
  const rows = past.flatMap(({ at, versions, lack }) =>
    [...versions].map(([runtime, version], index) => {
      const first = index === 0 ? [at === undefined ? "" : shownTime(at), lack === undefined ? "yes" : "no"] : ["", ""];
      return [...first, runtime, version];
    }),
  );
  return table(["DEPLOYED", "WHOLE", "RUNTIME", "VERSION"], rows);
}

export function rollbackJson({ choice, on, plan }: RollbackText): Record<string, unknown> {
  const { to, because, moves, outside, further } = choice;
  const runtimes = moves
    .filter(({ place }) => on.has(place.runtime))
    .map(({ place, from, to: version }) => {
      return { runtime: place.runtime, place: place.place, from: from?.version, to: version.version };
    });
  return {
    to: versionJson(to),
    because,
    runtimes,
    outside,
    further: further && versionJson(further),
    plan: changesJson(plan),
  };
}

export function versionJson({ at, versions, lack }: PastVersion): Record<string, unknown> {
  return { deployed: at, versions: Object.fromEntries(versions), ...(lack === undefined ? {} : { lack }) };
}
