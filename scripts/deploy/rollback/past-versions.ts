/**
 * The versions of an application that its places know of. Pure.
 *
 * Invariant
 * 1. A version is whole if those that hold it are all that it was deployed to, and it ran on each of them. What is not whole
 *    has a `lack`.
 */
import type { RuntimeName } from "../../../durable/core/names.ts";
import { applicationVersion } from "../version-note.ts";
import type { KeptVersion, PlaceEvent, PlaceHistory } from "./history.ts";

export interface PastVersion {
  readonly application: string;
  /** When it was last deployed; undefined if nobody knows any more. */
  readonly at: string | undefined;
  /** The version of each runtime that has it, by name. */
  readonly versions: ReadonlyMap<RuntimeName, string>;
  /** Why it cannot be gone back to, in whole sentences. */
  readonly lack?: string;
}

export type ApplicationEvent = PlaceEvent & { readonly application: string };

/** The newest first; what was not radon's is not among them. */
export function applicationEvents(places: readonly PlaceHistory[]): readonly ApplicationEvent[] {
  const known = places.flatMap(({ events, kept }) =>
    events.flatMap((event) => {
      const application = event.application ?? kept.get(event.id)?.application;
      return application === undefined ? [] : [{ ...event, application }];
    }),
  );
  return known.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** Those that any place still has, the newest first; those that nobody knows the time of are the last. */
export function pastVersions(places: readonly PlaceHistory[]): readonly PastVersion[] {
  const events = applicationEvents(places);
  const kept = new Set(places.flatMap((place) => [...place.kept.values()].map(({ application }) => application)));
  const inOrder = new Set([...events.map(({ application }) => application).filter((each) => kept.has(each)), ...kept]);
  return [...inOrder].map((application) => {
    const own = events.filter((event) => event.application === application);
    const at = (own.find(({ kind }) => kind === "deploy") ?? own[0])?.at;
    const versions = new Map(places.flatMap((place) => versionAt(place, application)));
    const lack = lackOf(application, places, versions);
    return { application, at, versions, ...(lack === undefined ? {} : { lack }) };
  });
}

function versionAt(place: PlaceHistory, application: string): [RuntimeName, string][] {
  const held = heldBy(place, application);
  return held === undefined ? [] : [[place.runtime, held.version]];
}

/** The one that runs or ran last, where the same was put there several times. */
export function heldBy({ kept, events, current }: PlaceHistory, application: string): KeptVersion | undefined {
  const same = [...kept.values()].filter((version) => version.application === application);
  const age = ({ id }: KeptVersion): number => {
    const index = events.findIndex((event) => event.id === id);
    return id === current ? -1 : index < 0 ? events.length : index;
  };
  return same.sort((a, b) => Number(b.live) - Number(a.live) || age(a) - age(b))[0];
}

export function runningAt({ current, kept }: PlaceHistory): KeptVersion | undefined {
  return current === undefined ? undefined : kept.get(current);
}

function lackOf(
  application: string,
  places: readonly PlaceHistory[],
  versions: ReadonlyMap<RuntimeName, string>,
): string | undefined {
  const holders = [...versions].map(([runtime, version]) => ({ runtime, version }));
  if (applicationVersion(holders) !== application) {
    const names = holders.map(({ runtime }) => runtime).join(", ");
    return `Of the runtimes that it was meant for, only ${names} can be asked for it: it never came to the others, or they keep it no more, or the formula has them no more.`;
  }
  const without = places.find((place) => versions.has(place.runtime) && heldBy(place, application)?.live !== true);
  return without === undefined ? undefined : `It never ran on ${without.runtime} (${without.place}).`;
}

/** `8c1f6f0c4d1b9a57 (cloud), 5a90d2f1b3c4e680 (edge-1), of 2026-11-30 20:23:05 UTC` */
export function shownVersion({ versions, at }: PastVersion): string {
  const each = [...versions].map(([runtime, version]) => `${version} (${runtime})`).join(", ");
  return at === undefined ? each : `${each}, of ${shownTime(at)}`;
}

export function shownTime(at: string): string {
  return `${at.slice(0, "2026-11-30T20:23:05".length).replace("T", " ")} UTC`;
}
