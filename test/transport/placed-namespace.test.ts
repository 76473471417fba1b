/** Where objects are made: durable/transport/placed-namespace.ts. */
import { describe, expect, it } from "vitest";
import type { ObjectPlace, RuntimeEntry } from "../../durable/core/application.ts";
import { namespaceOf } from "../../durable/transport/namespaces.ts";

/** Answers every call with what it was called with, so that a test sees what the platform would. */
function namespace(within = "anywhere"): object {
  return {
    jurisdiction: (name: string) => namespace(name),
    idFromName: (name: string) => ({ within, name }),
    getByName: (name: string, options: object) => ({ within, name, ...options }),
  };
}

const bound = namespace();

function namespaceAt(place: ObjectPlace | undefined, env: Record<string, unknown>): DurableObjectNamespace | undefined {
  const entry = { name: "far", tags: [], atomsBinding: "ATOMS_1", namingBinding: "NAMING_1" };
  const placed = (place === undefined ? entry : { ...entry, place }) as unknown as RuntimeEntry;
  return namespaceOf(placed, "naming", env) as DurableObjectNamespace | undefined;
}

describe("the namespace of a runtime's objects", () => {
  it("asks for objects near its location and within its jurisdiction", () => {
    const placed = namespaceAt({ location: "weur", jurisdiction: "eu" }, { NAMING_1: bound });
    expect(placed?.getByName("x")).toEqual({ within: "eu", name: "x", locationHint: "weur" });
    expect(placed?.idFromName("x")).toEqual({ within: "eu", name: "x" });
  });

  it("leaves to the platform what its place does not say", () => {
    const placed = namespaceAt({ location: "weur" }, { NAMING_1: bound });
    expect(placed?.getByName("x")).toEqual({ within: "anywhere", name: "x", locationHint: "weur" });
    expect(namespaceAt({ jurisdiction: "eu" }, { NAMING_1: bound })?.getByName("x")).toEqual({
      within: "eu",
      name: "x",
    });
  });

  it("is the platform's own without a place, and missing where nothing is bound", () => {
    expect(namespaceAt(undefined, { NAMING_1: bound })).toBe(bound);
    expect(namespaceAt({ location: "weur" }, {})).toBeUndefined();
  });
});
