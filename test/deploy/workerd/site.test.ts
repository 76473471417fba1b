/** The invariant of scripts/deploy/workerd/site.ts. */
import { expect, test } from "vitest";
import { sitesOf } from "../../../scripts/deploy/workerd/site.ts";
import { load } from "../../formula/formulas.ts";

function site(app: string, runtime: string) {
  const { formula } = load(`app = "${app}"
[[runtime]]
name = "${runtime}"
target = "workerd"
host = "machine"
[[atom]]
name = "idle"
source = "idle.wat"
`);
  const [found] = formula === undefined ? [] : formula.runtimes.flatMap((spec) => sitesOf(formula, spec));
  if (found === undefined) throw new Error("The formula is wrong.");
  return found;
}

test("1: no two runtimes share a folder or a unit, however their names are cut", () => {
  const names = [
    ["tour", "edge-1"],
    ["tour-edge", "1"],
    ["tour-edge-1", "main"],
    ["tour.edge", "1"],
    ["Tour", "edge-1"],
  ] as const;
  const sites = names.map(([app, runtime]) => site(app, runtime));
  expect(new Set(sites.map(({ unit }) => unit)).size).toBe(names.length);
  expect(new Set(sites.map(({ path }) => path)).size).toBe(names.length);
  expect(sites[0]).toMatchObject({ path: "tour/edge-1", unit: "radon-tour.edge-1.service" });
});

test("1: an application that is called as the folder of what was sent is beside that", () => {
  expect(site("files", "edge-1").path).toBe("files.app/edge-1");
});
