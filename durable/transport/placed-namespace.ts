/**
 * A namespace as the place of its runtime wants it: it leads to the objects of the runtime's jurisdiction, and one that is not there
 * yet is made near the runtime's location. Whoever comes first decides where an object is made, so all have to say the same.
 */
import type { ObjectPlace } from "../core/application.ts";

/** What is used of a namespace. */
export type PlacedNamespace = Pick<DurableObjectNamespace, "idFromName" | "getByName">;

export function placedNamespace(whole: DurableObjectNamespace, place: ObjectPlace): PlacedNamespace {
  const { location, jurisdiction } = place;
  const namespace = jurisdiction === undefined ? whole : whole.jurisdiction(jurisdiction as DurableObjectJurisdiction);
  const near = location === undefined ? {} : { locationHint: location as DurableObjectLocationHint };
  return {
    idFromName: (name) => namespace.idFromName(name),
    getByName: (name, options) => namespace.getByName(name, { ...near, ...options }),
  };
}
