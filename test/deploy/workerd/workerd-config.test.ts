/** The configuration of a runtime under plain workerd (scripts/deploy/workerd/workerd-config.ts). */
import { expect, it } from "vitest";
import { workerdConfig } from "../../../scripts/deploy/workerd/workerd-config.ts";

const served = { worker: "worker.js", wasm: [], secrets: ["RADON_TOKEN"], address: "127.0.0.1:8787" };

it("has a loader where atoms are loaded, and nowhere else: workerd takes it only if it is told to allow it", () => {
  expect(workerdConfig({ ...served, loads: true })).toMatch(/name = "LOADER",\s*workerLoader = \(\s*\)/);
  expect(workerdConfig({ ...served, loads: false })).not.toContain("workerLoader");
});
