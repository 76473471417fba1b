/** The invariants of scripts/deploy/cloudflare/wrangler-config.ts and worker-name.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { workerName } from "../../scripts/deploy/cloudflare/worker-name.ts";
import { stubConfig, wranglerConfig } from "../../scripts/deploy/cloudflare/wrangler-config.ts";
import { COMPATIBILITY_DATE } from "../../durable/core/platform.ts";
import { readToml } from "../../scripts/formula/toml.ts";
import { MIGRATIONS } from "../../scripts/formula/worker-shape.ts";
import { load } from "../formula/formulas.ts";

const ATOM = '[[module]]\nname = "idle"\nsource = "idle.wat"\n[[atom]]\nname = "idle"\nplace = { tags = ["a"] }\n';

function configs(cloud: string, atom = "", main = "worker.js") {
  const { formula, problems } = load(`app = "tour"
[naming]
leader = "cloud"
[[runtime]]
name = "cloud"
tags = ["a"]
${cloud}
[[runtime]]
name = "edge-1"
[[runtime]]
name = "shed"
target = "workerd"
${ATOM}${atom}`);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const runtime = formula?.runtimes[0];
  if (formula === undefined || runtime === undefined) throw new Error("The formula is wrong.");
  return {
    full: wranglerConfig(formula, runtime, { main }),
    stub: stubConfig(formula, runtime, { main: "stub.js" }),
    edge: wranglerConfig(formula, formula.runtimes[1] ?? runtime, { main }),
  };
}

it("is that of the checkout, where wrangler is started by hand, as well", () => {
  const own = readToml(readFileSync(join(import.meta.dirname, "../../wrangler.toml"), "utf8")).value;
  expect(own).toMatchObject({ compatibility_date: COMPATIBILITY_DATE, migrations: MIGRATIONS });
});

describe("the configuration of a runtime's Worker", () => {
  it("2: binds it to its own objects and to those of its peers on Cloudflare, whatever else there is", () => {
    const { full, edge } = configs("");
    const script_name = "tour--edge-1";
    expect(full).toMatchObject({ name: "tour--cloud", main: "worker.js", vars: { RADON_RUNTIME: "tour/cloud" } });
    expect(full["durable_objects"]).toMatchObject({
      bindings: [
        { name: "ATOMS", class_name: "AtomObject" },
        { name: "NAMING", class_name: "NamingObject" },
        { name: "ATOMS_1", class_name: "AtomObject", script_name },
        { name: "NAMING_1", class_name: "NamingObject", script_name },
      ],
    });
    expect(JSON.stringify(edge)).toContain('"script_name":"tour--cloud"');
    expect(JSON.stringify([full, edge])).not.toContain("tour--shed");
  });

  it("1: a stub has the classes and migrations of the Worker that replaces it, and binds to nobody", () => {
    const { full, stub } = configs("");
    for (const key of ["name", "migrations", "compatibility_date", "workers_dev"]) expect(stub[key]).toEqual(full[key]);
    expect(stub["vars"]).toEqual({ RADON_RUNTIME: "tour/cloud", RADON_STUB: "true" });
    expect(stub["migrations"]).toEqual([{ tag: "v1", new_sqlite_classes: ["AtomObject", "NamingObject"] }]);
    expect(JSON.stringify(stub)).not.toContain("script_name");
    expect(stub["main"]).toBe("stub.js");
  });

  it.each([
    ["loader = true", { worker_loaders: [{ binding: "LOADER" }] }],
    ['place = { region = "aws:eu-central-1" }', { placement: { mode: "targeted", region: "aws:eu-central-1" } }],
    ['place = { region = "smart", location = "weur" }', { placement: { mode: "smart" } }],
    ["limits = { cpu_ms = 60000, subrequests = 5000 }", { limits: { cpu_ms: 60_000, subrequests: 5000 } }],
    ["observability = { sampling = 0.1 }", { observability: { enabled: true, head_sampling_rate: 0.1 } }],
    ["observability = { enabled = false, traces = true }", { observability: { enabled: false } }],
    ["observability = { traces = true }", { observability: { enabled: true, traces: { enabled: true } } }],
  ])("takes %s to the platform", (line, expected) => {
    expect(configs(line).full).toMatchObject(expected);
  });

  it("makes the host of a url its domain only where the formula asks for it, and then has no other", () => {
    const url = 'url = "https://edge.example.com"';
    const domain = { routes: [{ pattern: "edge.example.com", custom_domain: true }], workers_dev: false };
    expect(configs(`${url}\ncustom_domain = true`).full).toMatchObject(domain);
    expect(configs(url).full).not.toHaveProperty("routes");
    expect(configs(url).full["workers_dev"]).toBe(true);
  });

  it("says nothing where the formula says nothing", () => {
    const { full } = configs("");
    expect(full["observability"]).toEqual({ enabled: true });
    expect(full).not.toHaveProperty("placement");
    expect(full).not.toHaveProperty("limits");
  });

  it("asks for the time that an atom of the runtime may take, where that is more than the platform gives", () => {
    expect(configs("", "cpu_ms = 90000").full["limits"]).toEqual({ cpu_ms: 90_000 });
    expect(configs("", "cpu_ms = 90000").edge).not.toHaveProperty("limits");
    expect(configs("limits = { cpu_ms = 100000 }", "cpu_ms = 90000").full["limits"]).toEqual({ cpu_ms: 100_000 });
  });
});

describe("the name of a Worker", () => {
  it.each([
    ["tour", "edge-1", /^tour--edge-1$/],
    ["Tour", "edge", /^tour-edge-[0-9a-f]{8}$/],
    ["a--b", "c", /^a-b-c-[0-9a-f]{8}$/],
    ["a", "b--c", /^a-b-c-[0-9a-f]{8}$/],
    ["xn", "main", /^xn-main-[0-9a-f]{8}$/],
    ["..", "..", /^radon-[0-9a-f]{8}$/],
    ["a".repeat(128), "b".repeat(128), /^a{54}-[0-9a-f]{8}$/],
  ])("1: of %s and %s is a label of a host name", (app, runtime, expected) => {
    expect(workerName(app, runtime)).toMatch(expected);
    expect(workerName(app, runtime).length).toBeLessThanOrEqual(63);
  });

  it("2: differs for every two runtimes", () => {
    const names = ["a", "A", "a-b", "a--b", "a_b", "a.b", "b", "-", "..", "a-", "xn"];
    const all = names.flatMap((app) => names.map((runtime) => workerName(app, runtime)));
    expect(new Set(all).size).toBe(all.length);
  });
});
