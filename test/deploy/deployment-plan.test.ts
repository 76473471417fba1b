/** The plan before a deployment: which runtimes are asked, by which way, and that the way is given up. */
import { afterEach, expect, test } from "vitest";
import { planDeployment } from "../../scripts/deploy/deployment-plan.ts";
import { lossesOf, type Plan } from "../../scripts/deploy/plan-against-deployed.ts";
import type { Reached, Step, Target } from "../../scripts/deploy/target.ts";
import { TOUR } from "../formula/formulas.ts";
import { applicationsOf, formulaOf, serveRuntimes, type Served } from "./served-runtimes.ts";

const TOKEN = "t0ken";
const atom = (name: string, tag: string) =>
  `[[atom]]\nname = "${name}"\nmodule = "idle"\nplace = { tags = ["${tag}"] }\n`;
const BEFORE = TOUR + atom("counter", "cloud") + atom("ticker", "edge");
const AFTER = TOUR + atom("counter", "edge") + atom("ticker", "edge");

let served: Served | undefined;
afterEach(() => served?.close());

/** A target whose runtimes are those that answer, but for `absent`; it counts the ways that are open. */
function targetOf({ addresses }: Served, absent: readonly string[] = []) {
  const ways = { open: 0, asked: [] as string[] };
  const none = (): readonly Step[] => [];
  const target: Target = {
    name: "cloudflare",
    check: async () => [],
    create: none,
    ship: none,
    rehearse: none,
    remove: none,
    past: {
      history: async () => ({ ok: true, places: [] }),
      builtAs: async () => undefined,
      hindrance: async () => undefined,
      restore: () => {
        throw new Error("Nothing is put back here.");
      },
    },
    isAbsent: (runtime) => absent.includes(runtime),
    reach: async (runtime): Promise<Reached> => {
      ways.asked.push(runtime);
      ways.open += 1;
      const url = addresses.find((each) => each.runtime === runtime)?.url ?? "";
      return { ok: true, url, close: async () => void (ways.open -= 1) };
    },
  };
  return { target, ways };
}

function planWith(target: Target, text = AFTER): Promise<Plan | undefined> {
  const { runtimes } = formulaOf(text);
  const { signal } = new AbortController();
  return planDeployment({ runtimes, applications: applicationsOf(text), targets: [target], token: TOKEN, signal });
}

test("every runtime that is there is asked by the way that its target has, which is closed then", async () => {
  served = await serveRuntimes(applicationsOf(BEFORE), TOKEN, { "cloud/counter": { keys: 3 } });
  const { target, ways } = targetOf(served);
  const plan = await planWith(target);
  expect(ways).toEqual({ open: 0, asked: ["cloud", "edge-1"] });
  expect(plan).toMatchObject({ complete: true, left: [{ name: "cloud/counter", holds: { kv: { keys: 3 } } }] });
  expect(plan && lossesOf(plan)).toHaveLength(1);
});

test("one that is not there is known to be new, and not asked", async () => {
  served = await serveRuntimes(applicationsOf(BEFORE), TOKEN);
  const { target, ways } = targetOf(served, ["edge-1"]);
  const plan = await planWith(target);
  expect(ways.asked).toEqual(["cloud"]);
  expect(plan?.runtimes).toMatchObject([{ kind: "updated" }, { kind: "added", runtime: "edge-1" }]);
});

test("before the first deployment there is nothing to compare with", async () => {
  served = await serveRuntimes(applicationsOf(BEFORE), TOKEN);
  const { target, ways } = targetOf(served, ["cloud", "edge-1"]);
  expect(await planWith(target)).toBeUndefined();
  expect(ways.asked).toEqual([]);
});

test("one that is there and does not answer is told, and no loss by itself: it is to be deployed anew", async () => {
  served = await serveRuntimes(applicationsOf(BEFORE), TOKEN);
  served.stop("edge-1");
  const { target, ways } = targetOf(served);
  const plan = await planWith(target, BEFORE);
  expect(ways.open).toBe(0);
  expect(plan).toMatchObject({ complete: false, runtimes: [{ kind: "unchanged" }, { kind: "unknown" }] });
  expect(plan && lossesOf(plan)).toEqual([]);
});
