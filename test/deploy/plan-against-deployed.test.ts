/** A plan against runtimes that answer: what is asked of whom, and what is made of the answers. */
import { afterEach, describe, expect, test } from "vitest";
import type { RuntimeName } from "../../durable/core/names.ts";
import { lossesOf, planAgainstDeployed, questionOf, type Plan } from "../../scripts/deploy/plan-against-deployed.ts";
import { changesText, planTroubles } from "../../scripts/deploy/plan-text.ts";
import { TOUR } from "../formula/formulas.ts";
import { applicationsOf, serveRuntimes, type Served } from "./served-runtimes.ts";

const TOKEN = "t0ken";
const atom = (name: string, tag: string, more = "") =>
  `[[atom]]\nname = "${name}"\nmodule = "idle"\nplace = { tags = ["${tag}"] }\n${more}`;
const BEFORE = TOUR + atom("counter", "cloud") + atom("ticker", "edge") + atom("log", "edge");
/** The counter goes to the edge, the ticker is gone, and the log has another configuration. */
const AFTER = TOUR + atom("counter", "edge") + atom("log", "edge", "attempts = 3\n") + atom("extra", "cloud");
const ONLY_CLOUD = `app = "tour"\n[[runtime]]\nname = "cloud"\ntags = ["cloud"]\n[[module]]\nname = "idle"\nsource = "idle.wat"\n${atom("counter", "cloud")}`;

let served: Served | undefined;
afterEach(() => served?.close());

async function serve(text = BEFORE, storage: Parameters<typeof serveRuntimes>[2] = {}): Promise<Served> {
  served = await serveRuntimes(applicationsOf(text), TOKEN, storage);
  return served;
}

function plan(text: string, { addresses }: Pick<Served, "addresses">, token = TOKEN): Promise<Plan> {
  return planAgainstDeployed({ applications: applicationsOf(text), addresses, token });
}

const changed = ({ atoms }: Plan) => atoms.filter(({ kind }) => kind !== "unchanged");
const EXPECTED = [
  { kind: "moved", atom: "counter", from: "cloud", to: "edge-1" },
  { kind: "added", atom: "extra", runtime: "cloud" },
  { kind: "reconfigured", atom: "log", runtime: "edge-1" },
  { kind: "removed", atom: "ticker", runtime: "edge-1" },
];

test("the same formula changes nothing", async () => {
  const found = await plan(BEFORE, await serve());
  expect(found).toMatchObject({ complete: true, runtimes: [{ kind: "unchanged" }, { kind: "unchanged" }], left: [] });
  expect(changed(found)).toEqual([]);
  expect(lossesOf(found)).toEqual([]);
  expect(changesText(found)).toMatch(/Atoms: 3 unchanged\.$/);
});

test("changes and what they leave behind", async () => {
  const found = await plan(AFTER, await serve(BEFORE, { "cloud/counter": { keys: 12 }, "edge-1/ticker": { keys: 0 } }));
  expect(changed(found)).toEqual(EXPECTED);
  expect(found.left).toMatchObject([
    { name: "cloud/counter", movedTo: "edge-1", holds: { kv: { keys: 12, bytes: 120 }, deadLetters: 0 } },
    { name: "edge-1/ticker", holds: { kv: { keys: 0 } } },
  ]);
  expect(questionOf(lossesOf(found))).toBe("Leave behind the state of cloud/counter?");
  expect(changesText(found)).toMatch(/counter +moved +from cloud to edge-1\n/);
  expect(changesText(found)).toMatch(/cloud\/counter +12 +120 B +0 +0 +0\n/);
});

test("a message that waits is a loss as a key is", async () => {
  const found = await plan(AFTER, await serve(BEFORE, { "edge-1/ticker": { keys: 0, messages: 1 } }));
  expect(lossesOf(found)).toMatchObject([{ kind: "atom", left: { name: "edge-1/ticker" } }]);
});

describe("who is asked", () => {
  test("one address is enough: the others are asked through it", async () => {
    const { addresses } = await serve(BEFORE, { "edge-1/ticker": { keys: 1 } });
    const found = await plan(AFTER, { addresses: addresses.slice(0, 1) });
    expect(changed(found)).toEqual(EXPECTED);
    expect(found).toMatchObject({ complete: true, left: [{}, { name: "edge-1/ticker", holds: { kv: { keys: 1 } } }] });
  });

  test("a runtime that the formula no longer names is seen with what it has", async () => {
    const { addresses } = await serve(BEFORE, { "edge-1/ticker": { keys: 3 } });
    const found = await plan(ONLY_CLOUD, { addresses: addresses.slice(0, 1) });
    expect(found.runtimes).toMatchObject([{ kind: "updated" }, { kind: "removed", runtime: "edge-1" }]);
    expect(found.left.map(({ name }) => name)).toEqual(["edge-1/log", "edge-1/ticker"]);
    expect(lossesOf(found)).toMatchObject([{ left: { name: "edge-1/ticker" } }]);
  });

  test("a runtime that is not there is unknown, and the plan incomplete", async () => {
    const all = await serve();
    all.stop("edge-1");
    const found = await plan(AFTER, all);
    expect(found).toMatchObject({ complete: false, runtimes: [{ kind: "updated" }, { kind: "unknown" }] });
    expect(planTroubles(found)).toEqual([expect.stringMatching(/^The runtime edge-1 at http.* nothing listens/)]);
    expect(changesText(found)).toMatch(/edge-1 +unknown +unknown[^]*2 unknown[^]*This plan is not complete/);
    expect(changesText(found)).not.toMatch(/log +unknown/);
  });

  test("one that is known not to be deployed is added", async () => {
    const all = await serve();
    all.stop("edge-1");
    const absent = new Set(["edge-1" as RuntimeName]);
    const options = { applications: applicationsOf(AFTER), addresses: all.addresses.slice(0, 1), absent, token: TOKEN };
    const found = await planAgainstDeployed(options);
    expect(found).toMatchObject({ complete: true, runtimes: [{ kind: "updated" }, { kind: "added" }] });
    expect(changed(found)[0]).toEqual({ kind: "moved", atom: "counter", from: "cloud", to: "edge-1" });
  });

  test("one that goes and cannot be asked is a loss", async () => {
    const all = await serve();
    all.stop("edge-1");
    const found = await plan(ONLY_CLOUD, { addresses: all.addresses.slice(0, 1) });
    expect(found.complete).toBe(false);
    expect(questionOf(lossesOf(found))).toBe("Leave behind the state of all of edge-1?");
  });

  test("a wrong token, and another application, are told", async () => {
    const all = await serve();
    const denied = await plan(AFTER, all, "wrong");
    expect(denied.complete).toBe(false);
    expect(planTroubles(denied)[0]).toMatch(/^The runtime cloud at .*Set RADON_TOKEN to the one/);
    const other = await plan(AFTER.replace('app = "tour"', 'app = "other"'), all);
    expect(planTroubles(other)[0]).toMatch(/the application tour answers, not other/);
  });
});

test("a question names a few losses and counts the rest", () => {
  const left = ["a", "b", "c", "d", "e", "f", "g"].map((name) => ({ kind: "runtime", runtime: name, reason: "" }));
  const losses = left as unknown as Parameters<typeof questionOf>[0];
  expect(questionOf(losses)).toMatch(/^Leave behind the state of all of a, .*all of e, 2 more\?$/);
});
