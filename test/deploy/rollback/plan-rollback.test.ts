/** What a rollback is told to change before it is made, what its steps are, and what a machine's answer says of its past. */
import { afterEach, describe, expect, it } from "vitest";
import type { RuntimeName } from "../../../durable/core/names.ts";
import { chooseVersion, type Choice } from "../../../scripts/deploy/rollback/choose.ts";
import type { PlaceHistory } from "../../../scripts/deploy/rollback/history.ts";
import { planRollback } from "../../../scripts/deploy/rollback/plan-rollback.ts";
import { rollbackSteps } from "../../../scripts/deploy/rollback/rollback-steps.ts";
import { rollbackJson, rollbackText } from "../../../scripts/deploy/rollback/rollback-text.ts";
import type { Reached, Step } from "../../../scripts/deploy/target.ts";
import { versionNotes, writeNote, type VersionNote } from "../../../scripts/deploy/version-note.ts";
import { readPast } from "../../../scripts/deploy/workerd/machine-past.ts";
import { TOUR } from "../../formula/formulas.ts";
import { applicationsOf, formulaOf, serveRuntimes, type Served } from "../served-runtimes.ts";

const TOKEN = "t0ken";
const atom = (name: string, tag: string) =>
  `[[atom]]\nname = "${name}"\nmodule = "idle"\nplace = { tags = ["${tag}"] }\n`;
const BEFORE = TOUR + atom("counter", "cloud") + atom("ticker", "edge");
const AFTER = TOUR + atom("counter", "edge") + atom("ticker", "edge");
const ALONE = TOUR.replace(/\[\[runtime\]\]\nname = "edge-1"\ntags = .*\n/, "") + atom("counter", "cloud");
const { signal } = new AbortController();

let served: Served | undefined;
afterEach(() => served?.close());

/** The places of an application that was deployed as each of these formulas, the last of which runs. */
async function placesOf(...formulas: readonly string[]) {
  const notes = await Promise.all(formulas.map((text) => versionNotes(applicationsOf(text))));
  const names = new Set(notes.flatMap((each) => [...each.keys()]));
  const places = [...names].map((runtime): PlaceHistory => {
    const own = notes.flatMap((each, index) => {
      const note = each.get(runtime);
      return note === undefined ? [] : [{ id: String(index), note }];
    });
    const kept = own.map(({ id, note: { application, deployment } }) => {
      return [id, { id, application, version: deployment.version, live: true }] as const;
    });
    const event = { kind: "deploy", application: undefined, worked: true } as const;
    const events = own.map(({ id }) => ({ ...event, at: `2026-11-30T20:0${id}:00.000Z`, id })).reverse();
    return { runtime, place: `the place of ${runtime}`, current: events[0]?.id, events, kept: new Map(kept) };
  });
  const builtAs = async ({ runtime }: PlaceHistory, id: string) => notes[Number(id)]?.get(runtime)?.deployment;
  const choice = chooseVersion(places) as Choice;
  return { places, choice, builtAs };
}

async function planned(formulas: readonly string[], on = ["cloud", "edge-1"]) {
  const open = (served ??= await serveRuntimes(applicationsOf(AFTER), TOKEN, {
    "edge-1/counter": { keys: 3, messages: 1 },
  }));
  const ways = { open: 0 };
  const reach = async (runtime: string): Promise<Reached> => {
    ways.open += 1;
    const url = open.addresses.find((each) => each.runtime === runtime)?.url ?? "";
    return { ok: true, url, close: async () => void (ways.open -= 1) };
  };
  const parts = { app: "tour", on: new Set(on as RuntimeName[]), ...(await placesOf(...formulas)) };
  const plan = await planRollback({ ...parts, reach, token: TOKEN, signal });
  return { plan, text: { ...parts, plan }, ways };
}

describe("a rollback tells", () => {
  it("the versions of each runtime, which atoms change, and what their objects hold that are left", async () => {
    const { plan, text, ways } = await planned([BEFORE, AFTER]);
    expect(ways.open).toBe(0);
    expect(plan.atoms).toMatchObject([
      { kind: "moved", atom: "counter", from: "edge-1", to: "cloud" },
      { kind: "unchanged", atom: "ticker" },
    ]);
    expect(plan.left).toMatchObject([{ name: "edge-1/counter", holds: { kv: { keys: 3 }, mailbox: { messages: 1 } } }]);
    const shown = rollbackText(text);
    expect(shown).toMatch(
      /^tour goes back to the version of 2026-11-30 20:00:00 UTC, the one before the last deployment\.$/m,
    );
    expect(shown).toMatch(/^cloud +put back +[0-9a-f]{16} +[0-9a-f]{16}$/m);
    expect(shown).toMatch(/^counter +moved +from edge-1 to cloud$/m);
    expect(shown).toMatch(/^edge-1\/counter +3 /m);
    expect(rollbackJson(text)).toMatchObject({
      because: "before",
      runtimes: [{ runtime: "cloud" }, { runtime: "edge-1" }],
    });
  });

  it("of runtimes that are left out for now, that they stay, with their atoms", async () => {
    const { plan, text } = await planned([BEFORE, AFTER], ["edge-1"]);
    expect(plan.atoms).toMatchObject([{ kind: "removed", atom: "counter", runtime: "edge-1" }, { kind: "unchanged" }]);
    expect(rollbackText(text)).toMatch(/^cloud +stays +[0-9a-f]{16}$/m);
  });

  it("of a runtime that came later, that it stays and is no part of it", async () => {
    const { text } = await planned([ALONE, AFTER]);
    expect(text.choice.outside).toEqual(["edge-1"]);
    expect(rollbackText(text)).toMatch(/^edge-1 +stays, as no part of it +[0-9a-f]{16}$/m);
  });

  it("that it does not know the atoms of a version that does not tell them", async () => {
    const { places, choice, builtAs } = await placesOf(BEFORE, AFTER);
    const reach = async (): Promise<Reached> => ({ ok: false, reason: "It is away." });
    const on = new Set(places.map(({ runtime }) => runtime));
    const parts = { app: "tour", places, choice, on, reach, token: TOKEN, signal };
    const untold = async (place: PlaceHistory, id: string) => (id === "0" ? undefined : builtAs(place, id));
    const plan = await planRollback({ ...parts, builtAs: untold });
    expect([plan.atoms, plan.left]).toEqual([[], []]);
    expect(rollbackText({ app: "tour", choice, on, plan })).toContain("It is not known what becomes of every atom");
  });
});

it("the steps check what a runtime reaches of the version, and nothing that is no part of it", async () => {
  const { choice } = await placesOf(ALONE, AFTER);
  const { leader, runtimes, app } = formulaOf(AFTER);
  const apart = runtimes.map((spec) => ({ ...spec, target: "workerd" as const }));
  const titles = (moves: Choice["moves"]) =>
    rollbackSteps({
      formula: { app, leader, runtimes: apart },
      moves,
      restore: ({ place: { runtime } }) => ({ runtime, title: "", run: async () => ({ ok: true }) }),
      reach: async () => ({ ok: false, reason: "It is away." }),
      ...{ token: TOKEN, waitMs: 0, healthCheck: true },
    }).map(({ title }) => title);
  expect(titles(choice.moves)).not.toContain("check that cloud reaches edge-1");
  expect(titles((await placesOf(BEFORE, AFTER)).choice.moves)).toContain("check that cloud reaches edge-1");
});

it("the steps put every place back before any runtime is started, the leader's first", async () => {
  const { choice } = await placesOf(BEFORE, AFTER);
  const step = (title: string, runtime: RuntimeName): Step => ({ title, runtime, run: async () => ({ ok: true }) });
  const steps = rollbackSteps({
    formula: { ...formulaOf(AFTER), leader: "edge-1" as RuntimeName },
    moves: choice.moves,
    restore: ({ place, to }) => step(`put ${place.runtime} back to ${to.id}`, place.runtime),
    reach: async () => ({ ok: false, reason: "It is away." }),
    ...{ token: TOKEN, waitMs: 0, healthCheck: true },
  });
  expect(steps.map(({ title }) => title)).toEqual([
    "put edge-1 back to 0",
    "put cloud back to 0",
    "register the names of edge-1 and start its daemons",
    "register the names of cloud and start its daemons",
    "check the health of edge-1",
    "check the health of cloud",
  ]);
});

it("a machine's answer is read with what is not known left out", async () => {
  const [note] = (await versionNotes(applicationsOf(BEFORE))).values();
  const about = writeNote(note as VersionNote);
  const lines = [
    "current two",
    "event 2026-11-30T20:00:00.000Z deploy one aa",
    "event 2026-11-30T20:00:00.000Z works one",
    "event 2026-11-30T20:01:00.000Z rollback two bb",
    "event half a li",
    `about one ${about}`,
    `about two ${about}`,
    "about old no note",
  ];
  const { current, events, kept } = readPast(lines.join("\n"));
  expect([current, events.map(({ kind, id, application, worked }) => [kind, id, application, worked])]).toEqual([
    "two",
    [
      ["rollback", "two", "bb", false],
      ["deploy", "one", "aa", true],
    ],
  ]);
  expect([...kept.values()].map(({ id, live }) => [id, live])).toEqual([
    ["one", true],
    ["two", false],
  ]);
  expect(readPast("")).toMatchObject({ current: undefined, events: [] });
});
