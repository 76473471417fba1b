/** What `radon rollback` asks, and what it tells at its end. */
import type { Choice, Move } from "../deploy/rollback/choose.ts";
import type { PlaceHistory } from "../deploy/rollback/history.ts";
import { pastVersions, shownTime, shownVersion } from "../deploy/rollback/past-versions.ts";
import { versionJson, versionsText, type RollbackText } from "../deploy/rollback/rollback-text.ts";
import type { StepsEnd } from "../deploy/run-steps.ts";
import { TOKEN } from "../deploy/secrets.ts";
import type { Console } from "../terminal/console.ts";
import { table } from "../terminal/table.ts";
import { EXIT } from "./exit-codes.ts";
import { printJson, type Ending } from "./steps-report.ts";

export function questionOf({ app, choice: { to } }: RollbackText): string {
  const of = to.at === undefined ? "that version" : `the version of ${shownTime(to.at)}`;
  return `Put ${app} back to ${of}, with the secrets that it had then?`;
}

export function finishDryRun(places: readonly PlaceHistory[], { json, about }: Ending): number {
  const past = pastVersions(places);
  if (json) printJson({ ok: true, ...about, versions: past.map(versionJson) });
  else process.stdout.write(`${versionsText(past)}\n\nNothing was changed: this was a dry run.\n`);
  return EXIT.ok;
}

export function summary(moves: readonly Move[]): string {
  const rows = new Map(moves.map(({ place, to }) => [place.runtime, to.version]));
  return table(["RUNTIME", "VERSION"], [...rows]);
}

/** As somebody would type it in the same place. */
export function rollbackCommandLine(config: string, words: readonly string[] = []): string {
  return ["radon rollback", ...(config === "formula.toml" ? [] : ["--config", config]), ...words].join(" ");
}

/** One more of the same command leads no further back, which is worth a word where somebody may have wanted that. */
export function tellNext(
  { because, further, outside }: Choice,
  failed: StepsEnd["failed"],
  console: Console,
  config: string,
): void {
  for (const runtime of outside)
    console.warn(
      `${runtime} is no part of that version and stays: radon destroy ${runtime} deletes it, with its state.`,
    );
  if (failed?.kind === "denied")
    return console.warn(
      `The secrets are those of that version again: run this with the ${TOKEN} that it was deployed with.`,
    );
  const [version] = further?.versions.values() ?? [];
  if (version === undefined || further === undefined || (because !== "begun" && failed === undefined)) return;
  console.warn(`Further back is ${shownVersion(further)}: ${rollbackCommandLine(config, ["--to", version])}`);
}
