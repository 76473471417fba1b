/** What is written into a configuration is what workerd reads from it. */
import { expect, test } from "vitest";
import { capnpText, Embedded } from "../../../scripts/deploy/workerd/capnp-text.ts";

test("short values stand in one line, long ones have a line for each part", () => {
  expect(capnpText({ name: "http", ports: [1, 2], open: true })).toBe('(name = "http", ports = [1, 2], open = true)');
  const long = capnpText({ modules: [{ name: "a".repeat(60) }, { name: "b".repeat(60) }] });
  expect(long).toBe(`(\n  modules = [\n    (name = "${"a".repeat(60)}"),\n    (name = "${"b".repeat(60)}"),\n  ],\n)`);
});

test("a text cannot end its own quotes, and control characters are escaped by their bytes", () => {
  expect(capnpText('a"\\b\n\u0001é')).toBe('"a\\"\\\\b\\x0a\\x01é"');
});

test("a file is embedded by its path", () => {
  expect(capnpText(new Embedded("worker.js"))).toBe('embed "worker.js"');
});
