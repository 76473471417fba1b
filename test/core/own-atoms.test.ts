import { describe, expect, it } from "vitest";
import { aliasSet, effectiveAliases } from "../../durable/core/alias-set.ts";
import type { Alias, AliasDelta } from "../../durable/core/aliases.ts";
import { ALIASES_MAX } from "../../durable/core/limits.ts";
import { OwnAtoms, plannedRuntimes } from "../../durable/core/own-atoms.ts";
import { application, atomName, runtimeName } from "./naming-fixtures.ts";

const app = application(["cloud", "edge-1"], {
  "cloud/counter": { topic: ["clicks", "all"] },
  "cloud/room": {},
  "edge-1/counter": {},
});
const counter = atomName("counter");

function delta(revision: number, added: readonly Alias[], removed: readonly Alias[] = []): AliasDelta {
  return { revision, added, removed };
}

function put(own: OwnAtoms, change: AliasDelta): boolean {
  const verdict = own.judge(counter, change);
  if ("code" in verdict) throw new Error(verdict.reason);
  if (verdict.fresh) own.put(counter, verdict.delta);
  return verdict.fresh;
}

function aliasesOf(own: OwnAtoms): unknown {
  return own.record("id", 1).atoms.find((atom) => atom.name === counter)?.aliases;
}

describe("the set of an atom's aliases", () => {
  it("1: has one form, whatever the order and the repetitions", () => {
    const one = aliasSet([
      ["b", "2"],
      ["a", "1"],
      ["b", "1"],
      ["b", "2"],
    ]);
    expect(JSON.stringify(one)).toBe('{"a":["1"],"b":["1","2"]}');
  });

  it("2: is the configuration, with what was added and without what was removed", () => {
    const configured = { topic: ["clicks", "all"] };
    const change = delta(
      1,
      [
        ["topic", "news"],
        ["region", "milan"],
      ],
      [["topic", "all"]],
    );
    expect(effectiveAliases(configured, change)).toEqual({ region: ["milan"], topic: ["clicks", "news"] });
  });

  it("takes any text for a scope, also one that objects use", () => {
    const own = new OwnAtoms(app, app.runtime);
    put(
      own,
      delta(1, [
        ["__proto__", "x"],
        ["constructor", "y"],
      ]),
    );
    expect(JSON.stringify(aliasesOf(own))).toBe('{"__proto__":["x"],"constructor":["y"],"topic":["all","clicks"]}');
  });
});

describe("the atoms of a runtime", () => {
  it("1: are those that the application lists for it", () => {
    expect(new OwnAtoms(app, app.runtime).record("id", 4)).toMatchObject({
      runtime: "cloud",
      identity: "id",
      revision: 4,
      tags: ["tag-cloud"],
      atoms: [{ name: "counter" }, { name: "room" }],
    });
    expect(new OwnAtoms(app, app.runtime).judge(atomName("nobody"), delta(1, []))).toMatchObject({ code: "NOT_FOUND" });
  });

  it("1: are planned before any runtime runs, their names not claimed", () => {
    expect(plannedRuntimes(app).map(({ runtime, identity, atoms }) => [runtime, identity, atoms.length])).toEqual([
      ["cloud", "", 2],
      ["edge-1", "", 1],
    ]);
  });

  it("2: the newest delta counts, in whatever order they come", () => {
    const own = new OwnAtoms(app, app.runtime);
    expect(put(own, delta(2, [["topic", "new"]]))).toBe(true);
    expect(put(own, delta(1, [["topic", "old"]]))).toBe(false);
    expect(put(own, delta(2, [["topic", "new"]]))).toBe(false);
    expect(aliasesOf(own)).toEqual({ topic: ["all", "clicks", "new"] });
    expect(own.judge(counter, delta(1, []))).toMatchObject({ fresh: false, revision: 2 });
  });

  it("2: a delta that was stored counts after a restart", () => {
    const own = new OwnAtoms(app, runtimeName("cloud"), [[counter, delta(3, [["topic", "kept"]])]]);
    expect(aliasesOf(own)).toEqual({ topic: ["all", "clicks", "kept"] });
    expect(put(own, delta(3, []))).toBe(false);
  });

  it("keep no removal without effect, so that a long life does not fill the store", () => {
    const verdict = new OwnAtoms(app, app.runtime).judge(
      counter,
      delta(
        1,
        [],
        [
          ["topic", "all"],
          ["topic", "gone"],
        ],
      ),
    );
    expect(verdict).toMatchObject({ delta: { removed: [["topic", "all"]] } });
  });

  it("refuse an alias that is none, and more than an atom may have", () => {
    const own = new OwnAtoms(app, app.runtime);
    expect(own.judge(counter, delta(1, [["", "x"]]))).toMatchObject({ code: "INVALID" });
    expect(own.judge(counter, delta(1, [["topic", "x".repeat(1_000)]]))).toMatchObject({ code: "TOO_LARGE" });
    const many = Array.from({ length: ALIASES_MAX + 1 }, (_, i): Alias => ["topic", String(i)]);
    expect(own.judge(counter, delta(1, many))).toMatchObject({ code: "TOO_LARGE" });
  });
});

describe("atoms that were loaded", () => {
  const loaded = (replaces: string | null, moduleHash = "new") =>
    ({ kind: "daemon", moduleHash, aliases: { topic: ["loaded"] }, replaces }) as const;
  const listed = (own: OwnAtoms) => own.record("id", 1).atoms.map(({ name, moduleHash }) => `${name} ${moduleHash}`);
  const added = atomName("added");

  it("1: are listed beside those of the application, and in the place of the one that they replace", () => {
    const own = new OwnAtoms(app, app.runtime, [], [[added, loaded(null)]]);
    own.setLoaded(counter, loaded("hash"));
    expect(listed(own)).toEqual(["counter new", "room hash", "added new"]);
    expect(own.record("id", 1).atoms[0]).toMatchObject({ kind: "daemon", aliases: { topic: ["loaded"] } });
  });

  it("1: are not listed once something was deployed over them", () => {
    const stale = [[counter, loaded("older")] as const, [atomName("room"), loaded(null)] as const];
    expect(listed(new OwnAtoms(app, app.runtime, [], stale))).toEqual(["counter hash", "room hash"]);
  });

  it("may give themselves aliases, and are gone when they are taken back", () => {
    const own = new OwnAtoms(app, app.runtime, [], [[added, loaded(null)]]);
    expect(own.judge(added, delta(1, [["topic", "more"]]))).toMatchObject({ fresh: true });
    own.setLoaded(added, null);
    expect(listed(own)).toEqual(["counter hash", "room hash"]);
    expect(own.judge(added, delta(2, []))).toMatchObject({ code: "NOT_FOUND" });
  });
});
