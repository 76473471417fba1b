/**
 * Which version an application goes back to. Pure: it decides from what the places told.
 *
 * Invariants
 * 1. All runtimes go to one version of the application: it is chosen once, from what every place tells. It is a whole one.
 * 2. To ask twice is to ask once. What a rollback began is what the next one completes, and one that is complete leads no further
 *    back; only its name (`to`) does.
 * 3. Without a name, it is the version that was everywhere before the last deployment, whether that came to its end or not; and
 *    where nothing of that deployment runs, the version that runs.
 */
import type { RuntimeName } from "../../../durable/core/names.ts";
import type { KeptVersion, PlaceHistory } from "./history.ts";
import {
  applicationEvents,
  heldBy,
  pastVersions,
  runningAt,
  shownVersion,
  type ApplicationEvent,
  type PastVersion,
} from "./past-versions.ts";

/** What one place has to do. */
export interface Move {
  readonly place: PlaceHistory;
  /** What runs there, where that is known. */
  readonly from: KeptVersion | undefined;
  readonly to: KeptVersion;
}

export interface Choice {
  readonly ok: true;
  readonly to: PastVersion;
  /** Of every place of the version, those included that have nothing to do. */
  readonly moves: readonly Move[];
  /** Runtimes of the formula that are deployed, and no part of the version. */
  readonly outside: readonly RuntimeName[];
  /** Why it is this one: it was named, or was there before the last deployment, or is the one that a rollback began, or runs. */
  readonly because: "named" | "before" | "begun" | "runs";
  /** The version of the application that the last deployment brought, if this is what was before it. */
  readonly undoes: string | undefined;
  /** What goes further back. */
  readonly further: PastVersion | undefined;
}

export type Chosen = Choice | { readonly ok: false; readonly reason: string };

/** `to` is the version of any of the application's runtimes. */
export function chooseVersion(places: readonly PlaceHistory[], to?: string): Chosen {
  const past = pastVersions(places);
  const events = applicationEvents(places);
  const choose = ({ application, because, undoes }: Wanted): Chosen => {
    const found = past.find((each) => each.application === application);
    if (found === undefined) return refused(`What runs is not known to radon. ${nameOne(past)}`);
    if (found.lack !== undefined)
      return refused(`${shownVersion(found)} cannot be gone back to. ${found.lack} ${nameOne(past)}`);
    return {
      ok: true,
      to: found,
      because,
      undoes,
      further: furtherThan(found, events, past),
      ...placesOf(found, places),
    };
  };
  if (to !== undefined) {
    const named = past.find(({ versions }) => [...versions.values()].includes(to));
    return named === undefined
      ? refused(`There is no version ${to} to go back to. ${nameOne(past)}`)
      : choose({ application: named.application, because: "named" });
  }
  const wanted = wantedFrom(places, events, past);
  return "reason" in wanted ? refused(wanted.reason) : choose(wanted);
}

interface Wanted {
  readonly application: string | undefined;
  readonly because: Choice["because"];
  readonly undoes?: string;
}

function wantedFrom(
  places: readonly PlaceHistory[],
  events: readonly ApplicationEvent[],
  past: readonly PastVersion[],
): Wanted | { readonly reason: string } {
  const [newest, ...before] = events;
  if (newest === undefined)
    return { reason: "What is deployed was not deployed by radon, or by one that kept no account of it." };
  if (newest.kind === "rollback") return { application: newest.application, because: "begun" };
  const running = new Set(places.map((place) => runningAt(place)?.application));
  if (!running.has(newest.application) && running.size === 1) return { application: [...running][0], because: "runs" };
  const earlier = before.filter(({ application, worked }) => worked && application !== newest.application);
  const whole = firstWhole(earlier, past);
  if (whole !== undefined) return { application: whole.application, because: "before", undoes: newest.application };
  const last = past.find(({ application }) => application === earlier[0]?.application);
  const why = last === undefined ? "" : ` ${shownVersion(last)} cannot be gone back to. ${last.lack}`;
  return { reason: `There is no version before the one that is deployed.${why}` };
}

function firstWhole(events: readonly ApplicationEvent[], past: readonly PastVersion[]): PastVersion | undefined {
  const whole = new Map(past.filter(({ lack }) => lack === undefined).map((each) => [each.application, each]));
  return events.flatMap(({ application }) => whole.get(application) ?? [])[0];
}

/** What was there before its last deployment. */
function furtherThan(
  { application }: PastVersion,
  events: readonly ApplicationEvent[],
  past: readonly PastVersion[],
): PastVersion | undefined {
  const index = events.findIndex((event) => event.application === application && event.kind === "deploy");
  const before = index < 0 ? [] : events.slice(index).filter((event) => event.application !== application);
  return firstWhole(before, past);
}

function placesOf(to: PastVersion, places: readonly PlaceHistory[]): Pick<Choice, "moves" | "outside"> {
  const moves = places.flatMap((place) => {
    const held = heldBy(place, to.application);
    return held === undefined ? [] : [{ place, from: runningAt(place), to: held }];
  });
  const outside = new Set(places.map(({ runtime }) => runtime).filter((runtime) => !to.versions.has(runtime)));
  return { moves, outside: [...outside] };
}

function refused(reason: string): Chosen {
  return { ok: false, reason };
}

function nameOne(past: readonly PastVersion[]): string {
  const whole = past.filter(({ lack }) => lack === undefined).map(shownVersion);
  return whole.length === 0 ? "No version is kept." : `Name one with --to: ${whole.join("; ")}.`;
}
