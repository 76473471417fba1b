/** The invariants of scripts/deploy/plan.ts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Deployment } from "../../durable/core/deployment.ts";
import { globalName, type AtomName, type RuntimeName } from "../../durable/core/names.ts";
import { changesBetween, type AtomChange, type DeployedRuntime } from "../../scripts/deploy/plan.ts";

interface Built {
  readonly module?: string;
  readonly hash?: string;
  readonly configuration?: string;
}

/** What a runtime is built as: its atoms by name. */
function built(runtime: string, atoms: Readonly<Record<string, Built>>, version = "v1"): Deployment {
  const name = runtime as RuntimeName;
  return {
    app: "tour",
    runtime: name,
    leader: "cloud" as RuntimeName,
    version,
    atoms: Object.entries(atoms).map(([atom, { module = "m", hash = "00", configuration = "c" }]) => ({
      name: globalName(name, atom as AtomName),
      kind: "reactive",
      durability: "durable",
      module,
      moduleHash: hash,
      configurationHash: configuration,
    })),
  };
}

function deployed(...deployments: readonly Deployment[]): Map<RuntimeName, DeployedRuntime> {
  return new Map(deployments.map((deployment) => [deployment.runtime, { kind: "deployed", deployment }]));
}

const UNKNOWN: DeployedRuntime = { kind: "unknown", reason: "It is away." };
const ABSENT: DeployedRuntime = { kind: "absent" };
const edge = "edge" as RuntimeName;

describe("atoms", () => {
  const before = deployed(built("cloud", { a: {}, b: {}, c: {}, d: {} }));

  test("are unchanged, rebuilt, reconfigured, or both", () => {
    const after = { a: {}, b: { hash: "01" }, c: { configuration: "d" }, d: { hash: "01", configuration: "d" } };
    expect(changesBetween(before, [built("cloud", after)]).atoms).toEqual([
      { kind: "unchanged", atom: "a", runtime: "cloud" },
      { kind: "rebuilt", atom: "b", runtime: "cloud", reconfigured: false },
      { kind: "reconfigured", atom: "c", runtime: "cloud" },
      { kind: "rebuilt", atom: "d", runtime: "cloud", reconfigured: true },
    ]);
  });

  test("are added and removed", () => {
    expect(changesBetween(before, [built("cloud", { a: {}, b: {}, c: {}, e: {} })]).atoms.slice(3)).toEqual([
      { kind: "removed", atom: "d", runtime: "cloud" },
      { kind: "added", atom: "e", runtime: "cloud" },
    ]);
  });

  test("2: are moved, together with a new build or not", () => {
    const two = [built("cloud", { a: {}, c: {} }), built("edge", { b: {}, d: { hash: "01" } })];
    const was = deployed(built("cloud", { a: {}, b: {}, c: {}, d: {} }), built("edge", {}));
    expect(changesBetween(was, two).atoms.filter(({ kind }) => kind !== "unchanged")).toEqual([
      { kind: "moved", atom: "b", from: "cloud", to: "edge" },
      { kind: "moved", atom: "d", from: "cloud", to: "edge" },
    ]);
  });

  test("2: of one name are not one atom where they have nothing in common", () => {
    const was = deployed(built("cloud", { kv: { module: "primary", hash: "01" } }), built("edge", {}));
    const then = [built("cloud", {}), built("edge", { kv: { module: "replica", hash: "02" } })];
    expect(changesBetween(was, then).atoms).toEqual([
      { kind: "removed", atom: "kv", runtime: "cloud" },
      { kind: "added", atom: "kv", runtime: "edge" },
    ]);
  });

  test("2: that stay on some runtimes move from the others", () => {
    const was = deployed(built("a", { x: {} }), built("b", { x: {} }), built("c", {}));
    const then = [built("a", {}), built("b", { x: {} }), built("c", { x: {} })];
    expect(changesBetween(was, then).atoms).toEqual([
      { kind: "moved", atom: "x", from: "a", to: "c" },
      { kind: "unchanged", atom: "x", runtime: "b" },
    ]);
  });

  const copies = fc.dictionary(
    fc.constantFrom("x", "y", "z"),
    fc.record({ module: fc.constantFrom("m", "n"), hash: fc.constantFrom("00", "01") }),
  );
  const runtimes = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), copies, { minKeys: 1 });

  test("1: are each in the plan once, and the plan makes the one of the other", () => {
    fc.assert(
      fc.property(runtimes, runtimes, (was, then) => {
        const all = (each: typeof was) => Object.entries(each).map(([name, atoms]) => built(name, atoms));
        const { atoms, complete } = changesBetween(
          new Map([
            ...Object.keys(then).map((name) => [name as RuntimeName, ABSENT] as const),
            ...deployed(...all(was)),
          ]),
          all(then),
        );
        const namesOf = (each: typeof was) => all(each).flatMap((one) => one.atoms.map(({ name }) => name));
        expect(complete).toBe(true);
        expect(atoms.flatMap(left).sort()).toEqual(namesOf(was).sort());
        expect(atoms.flatMap(right).sort()).toEqual(namesOf(then).sort());
      }),
    );
  });
});

/** The copy that a change is about before it, and after it. */
function left(change: AtomChange): string[] {
  if (change.kind === "moved") return [globalName(change.from, change.atom)];
  return change.kind === "added" ? [] : [globalName(change.runtime, change.atom)];
}
function right(change: AtomChange): string[] {
  if (change.kind === "moved") return [globalName(change.to, change.atom)];
  return change.kind === "removed" ? [] : [globalName(change.runtime, change.atom)];
}

describe("runtimes", () => {
  test("are unchanged, updated, added and removed", () => {
    const was = new Map([...deployed(built("a", {}), built("b", {}), built("d", {})), [edge, ABSENT]]);
    const then = [built("a", {}), built("b", {}, "v2"), built("edge", {})];
    expect(changesBetween(was, then)).toMatchObject({
      runtimes: [
        { kind: "unchanged", runtime: "a", deployed: "v1", planned: "v1" },
        { kind: "updated", runtime: "b", deployed: "v1", planned: "v2" },
        { kind: "added", runtime: "edge", planned: "v1" },
        { kind: "removed", runtime: "d", deployed: "v1" },
      ],
      complete: true,
    });
  });

  test("3: that cannot be asked are unknown with their atoms, and nothing moves to them", () => {
    const was = new Map([...deployed(built("cloud", { a: {} })), [edge, UNKNOWN]]);
    expect(changesBetween(was, [built("cloud", {}), built("edge", { a: {}, b: {} })])).toEqual({
      runtimes: [
        { kind: "unchanged", runtime: "cloud", deployed: "v1", planned: "v1" },
        { kind: "unknown", runtime: "edge", planned: "v1", reason: "It is away." },
      ],
      atoms: [
        { kind: "removed", atom: "a", runtime: "cloud" },
        { kind: "unknown", atom: "a", runtime: "edge" },
        { kind: "unknown", atom: "b", runtime: "edge" },
      ],
      complete: false,
    });
  });

  test("3: that cannot be asked and go make a plan incomplete; those that are not there do not", () => {
    const then = [built("cloud", {})];
    const was = (found: DeployedRuntime) => new Map([...deployed(...then), [edge, found] as const]);
    expect(changesBetween(was(UNKNOWN), then)).toMatchObject({ complete: false, runtimes: [{}, { kind: "removed" }] });
    expect(changesBetween(was(ABSENT), then)).toMatchObject({ complete: true, runtimes: [{ kind: "unchanged" }] });
  });
});
