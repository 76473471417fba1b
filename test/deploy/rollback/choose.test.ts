/** The invariants of scripts/deploy/rollback/choose.ts and past-versions.ts. */
import { describe, expect, it } from "vitest";
import type { RuntimeName } from "../../../durable/core/names.ts";
import { chooseVersion, type Choice } from "../../../scripts/deploy/rollback/choose.ts";
import type { KeptVersion, PlaceEvent, PlaceHistory } from "../../../scripts/deploy/rollback/history.ts";
import { applicationVersion } from "../../../scripts/deploy/version-note.ts";

const BOTH = ["cloud", "edge"];

/** `B@edge` is the version that edge has of the application's version B; an application is known by its letter here. */
const versionOf = (letter: string, runtime: string) => `${letter}@${runtime}`;

interface Told {
  /** As in "C B A": the newest first. `~B` was put back to, `C?` was begun and never ran. */
  readonly events: string;
  readonly runs?: string;
  /** Which runtimes a version was deployed to. */
  readonly of?: Readonly<Record<string, readonly string[]>>;
  /** The times of the events, the newest first. */
  readonly at?: readonly number[];
}

function place(runtime: string, { events, runs, of = {}, at }: Told): PlaceHistory {
  const each = events.split(" ").filter((word) => word !== "");
  const letterOf = (word: string) => word.replace(/[~?]/g, "");
  const told = each.map((word, index): PlaceEvent => {
    const minute = at?.[index] ?? each.length - index;
    const kind = word.startsWith("~") ? "rollback" : "deploy";
    return {
      at: `2026-11-30T20:${String(minute).padStart(2, "0")}:00.000Z`,
      kind,
      id: letterOf(word),
      application: undefined,
      worked: !word.endsWith("?"),
    };
  });
  const live = new Set(each.filter((word) => !word.endsWith("?")).map(letterOf));
  const kept = [...new Set(each.map(letterOf))].map((letter) => {
    const runtimes = of[letter] ?? BOTH;
    const application = applicationVersion(
      runtimes.map((name) => ({ runtime: name as RuntimeName, version: versionOf(letter, name) })),
    );
    return [letter, { id: letter, version: versionOf(letter, runtime), application, live: live.has(letter) }] as const;
  });
  const current = runs ?? letterOf(each[0] ?? "");
  return {
    runtime: runtime as RuntimeName,
    place: `the place of ${runtime}`,
    current,
    events: told,
    kept: new Map(kept),
  };
}

function chosen(cloud: Told, edge: Told, to?: string): Choice {
  const choice = chooseVersion([place("cloud", cloud), place("edge", edge)], to);
  if (!choice.ok) throw new Error(choice.reason);
  return choice;
}

function refusal(cloud: Told, edge: Told, to?: string): string {
  const choice = chooseVersion([place("cloud", cloud), place("edge", edge)], to);
  if (choice.ok) throw new Error(`It chose ${[...choice.to.versions.values()].join()}.`);
  return choice.reason;
}

const targets = ({ moves }: Choice) => moves.map(({ from, to }) => `${from?.id ?? "?"} -> ${to.id}`);

describe("3: without a name, an application goes back to what was there", () => {
  it("before the last deployment", () => {
    const choice = chosen({ events: "C B A" }, { events: "C B A" });
    expect(targets(choice)).toEqual(["C -> B", "C -> B"]);
    expect(choice).toMatchObject({ because: "before", outside: [] });
  });

  it("before a deployment that did not come everywhere", () => {
    const cloud = { events: "C B A", at: [3, 2, 1] };
    expect(targets(chosen(cloud, { events: "B A" }))).toEqual(["C -> B", "B -> B"]);
  });

  it("before a deployment that did not start somewhere", () => {
    const edge = { events: "C? B A", runs: "B" };
    expect(targets(chosen({ events: "C B A" }, edge))).toEqual(["C -> B", "B -> B"]);
  });

  it("before one that was made in two runs", () => {
    const cloud = { events: "C C B A", at: [4, 3, 2, 1] };
    const edge = { events: "C B A", at: [4, 2, 1] };
    expect(targets(chosen(cloud, edge))).toEqual(["C -> B", "C -> B"]);
  });

  it("in time, where versions came again", () => {
    const both = { events: "A B A" };
    expect(targets(chosen(both, both))).toEqual(["A -> B", "A -> B"]);
    const cloud = { events: "A B A" };
    const edge = { events: "B A", at: [2, 1] };
    expect(targets(chosen(cloud, edge))).toEqual(["A -> B", "B -> B"]);
  });

  it("which is what was put back, if something was", () => {
    const both = { events: "D ~B C B A" };
    expect(targets(chosen(both, both))).toEqual(["D -> B", "D -> B"]);
  });

  it("which is what ran, if a rollback in between did not start", () => {
    const both = { events: "D ~B? C B A" };
    expect(targets(chosen(both, both))).toEqual(["D -> C", "D -> C"]);
  });

  it("and stays where it is, if nothing of the last deployment runs", () => {
    const both = { events: "C? B A", runs: "B" };
    const choice = chosen(both, both);
    expect(targets(choice)).toEqual(["B -> B", "B -> B"]);
    expect(choice.because).toBe("runs");
  });
});

it("3: it stays where it is, too, if what was begun last is kept no more", () => {
  const [cloud, edge] = [place("cloud", { events: "B A" }), place("edge", { events: "B A" })];
  const begun = { at: "2026-11-30T20:09:00.000Z", kind: "deploy", id: "C", application: "C", worked: false } as const;
  const choice = chooseVersion([cloud, { ...edge, events: [begun, ...edge.events] }]);
  expect(choice).toMatchObject({ ok: true, because: "runs", moves: [{ to: { id: "B" } }, { to: { id: "B" } }] });
});

describe("2: asked twice, an application goes back once", () => {
  it("after a whole rollback", () => {
    const both = { events: "~B C B A" };
    const choice = chosen(both, both);
    expect(targets(choice)).toEqual(["B -> B", "B -> B"]);
    expect(choice.because).toBe("begun");
    expect([...(choice.further?.versions.values() ?? [])]).toEqual(["A@cloud", "A@edge"]);
  });

  it("after one that was interrupted between two runtimes, in either order", () => {
    const [done, not] = [
      { events: "~B C B A", at: [4, 3, 2, 1] },
      { events: "C B A", at: [3, 2, 1] },
    ];
    expect(targets(chosen(done, not))).toEqual(["B -> B", "C -> B"]);
    expect(targets(chosen(not, done))).toEqual(["C -> B", "B -> B"]);
  });

  it("after one that was begun, and did not start", () => {
    const both = { events: "~B? C B A", runs: "C" };
    expect(targets(chosen(both, both))).toEqual(["C -> B", "C -> B"]);
  });

  it("after one to a version that was named", () => {
    const done = { events: "~A C B A", at: [4, 3, 2, 1] };
    expect(targets(chosen(done, { events: "C B A" }))).toEqual(["A -> A", "C -> A"]);
  });
});

describe("1: the version is one, and whole", () => {
  it("so one that did not come everywhere is left out", () => {
    const cloud = { events: "C B A", at: [3, 2, 1] };
    const edge = { events: "C A", at: [3, 1] };
    expect(targets(chosen(cloud, edge))).toEqual(["C -> A", "C -> A"]);
  });

  it("so one that never ran somewhere is left out", () => {
    expect(targets(chosen({ events: "C B A" }, { events: "C B? A" }))).toEqual(["C -> A", "C -> A"]);
  });

  it("so of what was sent twice, that is taken which ran", () => {
    const [cloud, edge] = [place("cloud", { events: "C B A" }), place("edge", { events: "C B A" })];
    const [last, ...before] = cloud.events as [PlaceEvent, ...PlaceEvent[]];
    const again = { ...last, id: "B again", worked: false };
    const held = { ...(cloud.kept.get("B") as KeptVersion), id: again.id, live: false };
    const kept = new Map([...cloud.kept, [again.id, held]]);
    const choice = chooseVersion([{ ...cloud, events: [last, again, ...before], kept }, edge]);
    expect(choice).toMatchObject({ ok: true, moves: [{ to: { id: "B" } }, { to: { id: "B" } }] });
  });

  it("so what came later than it stays, and is told", () => {
    const of = { A: ["cloud"] };
    const cloud = { events: "B A", of };
    const choice = chosen(cloud, { events: "B", of, at: [2] });
    expect(targets(choice)).toEqual(["B -> A"]);
    expect(choice.outside).toEqual(["edge"]);
  });

  it("so none is gone back to with runtimes that the formula does not have", () => {
    const of = { A: ["cloud", "edge", "gone"] };
    const both = { events: "B A", of };
    expect(refusal(both, both)).toMatch(
      /^There is no version before the one that is deployed\. A@cloud.*only cloud, edge/,
    );
  });

  it("so a runtime of several machines has it on all of them", () => {
    const machines = [place("cloud", { events: "B A" }), place("edge", { events: "B A" })];
    const third = { ...place("edge", { events: "B", at: [2] }), place: "another machine" };
    const choice = chooseVersion([...machines, third]);
    expect(choice).toMatchObject({ ok: false, reason: expect.stringContaining("never ran on edge (another machine)") });
  });
});

describe("a version that is named", () => {
  const both = { events: "C B A" };

  it("is gone to, further back or forth, by the version of any of its runtimes", () => {
    expect(targets(chosen(both, both, "A@edge"))).toEqual(["C -> A", "C -> A"]);
    const back = { events: "~B C B A" };
    expect(targets(chosen(back, back, "C@cloud"))).toEqual(["B -> C", "B -> C"]);
  });

  it("has to be kept, and whole", () => {
    expect(refusal(both, both, "X")).toMatch(
      /no version X.*--to: C@cloud \(cloud\), C@edge \(edge\), of 2026-11-30 20:03:00 UTC;/,
    );
    expect(refusal(both, { events: "C? B A", runs: "B" }, "C@cloud")).toMatch(
      /cannot be gone back to\. It never ran on edge/,
    );
  });
});

describe("where there is nothing to go back to, it is told", () => {
  it("after the first deployment", () => {
    expect(refusal({ events: "A" }, { events: "A" })).toBe("There is no version before the one that is deployed.");
  });

  it("after deployments by other means", () => {
    expect(refusal({ events: "" }, { events: "" })).toMatch(/not deployed by radon/);
    const other = { events: "B A", runs: "another" };
    expect(refusal(other, other)).toMatch(/not known to radon\. Name one with --to: B@cloud/);
  });
});
