/** docs/abi.md, section 4: `radon:core`, but for what conventions.test.ts and blocking-points.test.ts hold. */
import { expect, test } from "vitest";
import { call, out, peek, Stage, trap } from "./puppet.ts";

test("§4 self_name is the global name, wherever the atom runs", async () => {
  const stage = new Stage("edge-1/sensor");
  expect(await stage.tell("edge-1/sensor", call("core.self_name", out(20)))).toEqual([
    'core.self_name = 13 "edge-1/sensor"',
  ]);
});

test("§4 config gives a value as text; a key that is not there is NOT_FOUND, one that is no text INVALID", async () => {
  const stage = new Stage({ name: "a", config: { size: "12", empty: "", café: "crème" } });
  const keys = ["size", "empty", "café", "toString", "__proto__", new Uint8Array([0xff])];
  expect(await stage.tell("a", ...keys.map((key) => call("core.config", key, out(20))))).toEqual([
    'core.config = 2 "12"',
    "core.config = 0",
    'core.config = 6 "crème"',
    "core.config = NOT_FOUND",
    "core.config = NOT_FOUND",
    "core.config = INVALID",
  ]);
});

test("§4 log: 0 trace .. 4 error; other levels are the nearest", async () => {
  const stage = new Stage("a");
  await stage.tell("a", ...[1, 2, 3, 4, 9].map((level) => call("core.log", level, `level ${level}`)));
  expect(stage.logs("a")).toEqual([
    "debug: level 1",
    "info: level 2",
    "warn: level 3",
    "error: level 4",
    "error: level 9",
  ]);
});

test("§4 log: what is no UTF-8 is shown as well as it can be, and a long line is cut", async () => {
  const stage = new Stage("a");
  await stage.tell("a", call("core.log", 2, new Uint8Array([65, 0xff, 66])), call("core.log", 2, "x".repeat(10_000)));
  expect(stage.logs("a")).toEqual(["info: A\ufffdB", `info: ${"x".repeat(8_192)}`]);
});

test("§4 log: a line is written even if its turn is dropped", async () => {
  const stage = new Stage({ name: "a", attemptsMax: 1 });
  await stage.tell("a", call("core.log", 2, "before the trap"), trap());
  expect(stage.logs("a")[0]).toBe("info: before the trap");
});

test("§4 random fills its range, and nothing beside it", async () => {
  const stage = new Stage("a");
  const where = out(64);
  const steps = [call("core.random", where), peek(where)];
  const shown = [...(await stage.tell("a", ...steps)), ...(await stage.tell("a", ...steps))].filter((line) =>
    line.startsWith("peek"),
  );
  expect(new Set(shown).size).toBe(2);
});

test("§4 random of more bytes than the platform gives at once", async () => {
  const stage = new Stage("a");
  expect(await stage.tell("a", call("core.random", 2_000_000, 1_000_000))).toEqual(["core.random = 0"]);
});

test("§4 yield lets others run, and other events happen", async () => {
  const stage = new Stage("a", { name: "b", kind: "daemon" });
  await stage.start();
  const sent = call("messaging.send", "b", stage.script("b", call("kv.put", "k", "v")));
  await stage.tell("a", sent, call("core.yield"), call("kv.put", "a", "goes on"));
  expect([stage.kv("b"), stage.kv("a")]).toEqual([{ k: "v" }, { a: "goes on" }]);
});

test("§4 sleep sleeps", async () => {
  const stage = new Stage("a");
  await stage.tell("a", call("core.sleep", 3_600_000), call("kv.put", "k", "v"));
  await stage.advance(3_599_999);
  expect(stage.kv("a")).toEqual({});
  await stage.advance(1);
  expect(stage.kv("a")).toEqual({ k: "v" });
});
