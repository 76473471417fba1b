/**
 * Which atom answers which route. Pure; owned by the frontend.
 *
 * Invariants
 * 1. The order of the routes in the formula decides nothing: two routes that match the same path are compared segment by
 *    segment from the left, and the first difference decides. A literal segment wins over the end of the path, that over
 *    a constrained parameter (`:id{[0-9]+}`), that over a parameter (`:id`, or `*` in the middle), that over an optional
 *    parameter (`:id?`), that over a wildcard for all the rest (`*` at the end, `:path{.+}`).
 * 2. Between equals, the runtime's own atoms win; then the runtime that stands first in the formula; then the atom whose
 *    name sorts first.
 * 3. Paths under `/_radon` belong to the runtime: a route that is written there is never registered.
 */
import { Hono } from "hono";
import type { Application, AtomEntry, RuntimeEntry } from "../../durable/core/application.ts";

export interface Trigger {
  /** The route as the formula has it, in hono's path syntax. */
  readonly route: string;
  readonly atom: AtomEntry;
  readonly runtime: RuntimeEntry;
}

export interface TriggerTable {
  /** In the order in which they are tried: the first one that matches a path answers it. */
  readonly triggers: readonly Trigger[];
  /** Routes that cannot be served, each with the sentence that says why. */
  readonly refused: readonly { readonly trigger: Trigger; readonly reason: string }[];
}

const RANK = { literal: 5, end: 4, constrained: 3, parameter: 2, optional: 1, rest: 0 } as const;

export function triggerTable(application: Application): TriggerTable {
  const all = application.runtimes.flatMap((runtime) => triggersOf(application, runtime));
  const judged = all.map((trigger) => ({ trigger, reason: routeError(trigger.route) }));
  return {
    triggers: judged
      .filter((each) => each.reason === undefined)
      .map((each) => each.trigger)
      .sort(compareFor(application)),
    refused: judged.flatMap(({ trigger, reason }) => (reason === undefined ? [] : [{ trigger, reason }])),
  };
}

function triggersOf(application: Application, runtime: RuntimeEntry): Trigger[] {
  const atoms = application.atoms.filter((atom) => atom.runtime === runtime.name);
  return atoms.flatMap((atom) => [...new Set(atom.http)].map((route) => ({ route, atom, runtime })));
}

/** What is wrong with a route, or undefined. */
export function routeError(route: string): string | undefined {
  if (!route.startsWith("/")) return "a route starts with a slash";
  if (route === "/_radon" || route.startsWith("/_radon/")) return "paths under /_radon belong to the runtime";
  try {
    const alone = new Hono().all(route, () => new Response(null));
    alone.router.match("GET", "/");
    return undefined;
  } catch {
    return "it is no route in hono's path syntax";
  }
}

function compareFor(application: Application): (a: Trigger, b: Trigger) => number {
  const place = new Map(application.runtimes.map((runtime, index) => [runtime.name, index + 1]));
  place.set(application.runtime, 0);
  const placeOf = (trigger: Trigger): number => place.get(trigger.runtime.name) ?? 0;
  return (a, b) =>
    compareRoutes(a.route, b.route) ||
    placeOf(a) - placeOf(b) ||
    compareText(a.atom.name, b.atom.name) ||
    compareText(a.route, b.route);
}

/** Negative if `a` is tried before `b` by invariant 1; zero if that invariant does not tell them apart. */
export function compareRoutes(a: string, b: string): number {
  const left = ranksOf(a);
  const right = ranksOf(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (right[index] ?? RANK.end) - (left[index] ?? RANK.end);
    if (difference !== 0) return difference;
  }
  return 0;
}

function ranksOf(route: string): number[] {
  const segments = segmentsOf(route);
  return segments.map((segment, index) => rankOf(segment, index === segments.length - 1));
}

/** Splits at the slashes outside of braces: a parameter's expression may hold slashes of its own. */
function segmentsOf(route: string): string[] {
  return route.slice(1).match(/(?:\{[^}]*\}|[^/{])+/g) ?? [];
}

function rankOf(segment: string, last: boolean): number {
  if (segment === "*") return last ? RANK.rest : RANK.parameter;
  if (!segment.startsWith(":")) return RANK.literal;
  if (/\{\.[*+]\}\??$/.test(segment)) return RANK.rest;
  if (segment.endsWith("?")) return RANK.optional;
  return segment.includes("{") ? RANK.constrained : RANK.parameter;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
