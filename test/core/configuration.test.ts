/** The invariants of durable/core/configuration.ts. */
import { expect, test } from "vitest";
import { configurationText } from "../../durable/core/configuration.ts";
import { atom, cloud, edge } from "../frontend/fakes.ts";

const counter = atom(cloud, "counter", { config: { start: "1", step: "2" }, http: ["/a", "/b"] });

test.each([
  ["kind", { kind: "daemon" }],
  ["a value of the configuration", { config: { start: "1", step: "3" } }],
  ["a route", { http: ["/a"] }],
  ["an alias", { aliases: { topic: ["clicks"] } }],
  ["a limit", { memoryMb: 33 }],
] as const)("1: another text with another %s", (_, settings) => {
  expect(configurationText({ ...counter, ...settings })).not.toBe(configurationText(counter));
});

test("1: place and module are no configuration", () => {
  const moved = { ...counter, runtime: edge, module: "other", moduleHash: "ff" };
  expect(configurationText(moved)).toBe(configurationText(counter));
});

test("2: the order of settings changes nothing, that of routes does", () => {
  const { config: _, ...rest } = counter;
  expect(configurationText({ config: { step: "2", start: "1" }, ...rest })).toBe(configurationText(counter));
  expect(configurationText({ ...counter, http: ["/b", "/a"] })).not.toBe(configurationText(counter));
});
