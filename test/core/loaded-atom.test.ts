/** durable/core/loaded-atom.ts: what a loaded atom runs with, and when a deployment takes its place. */
import { describe, expect, test } from "vitest";
import { DEFAULT_GRANTS, type AtomEntry } from "../../durable/core/application.ts";
import { isSuperseded, loadedAtom } from "../../durable/core/loaded-atom.ts";
import { application, atomName, runtimeName } from "./naming-fixtures.ts";

const built = application(["cloud"], { "cloud/counter": { topic: ["clicks"] } }).atoms[0] as AtomEntry;
const name = { runtime: runtimeName("cloud"), atom: atomName("counter") };

describe("a loaded atom", () => {
  test("that the application does not have runs with the defaults and what is said of it", () => {
    const loaded = loadedAtom(name, undefined, { kind: "daemon", config: { a: "1" }, memoryMb: undefined }, "new");
    expect(loaded).toMatchObject({
      entry: { runtime: "cloud", name: "counter", kind: "daemon", moduleHash: "new", config: { a: "1" }, memoryMb: 32 },
      replaces: null,
    });
    expect(loaded).toMatchObject({ entry: { grants: DEFAULT_GRANTS, durability: "durable", http: [] } });
  });

  test("that the application has keeps what is not said, its routes among it", () => {
    const http = ["/counter"];
    const loaded = loadedAtom(name, { ...built, http, cpuMs: 7 }, { attemptsMax: 2 }, "new");
    expect(loaded).toMatchObject({
      entry: { http, cpuMs: 7, attemptsMax: 2, moduleHash: "new", aliases: { topic: ["clicks"] } },
      replaces: built.moduleHash,
    });
  });

  test.each([
    [{ grants: ["sockets" as never] }, /no capability "sockets"/],
    [{ aliases: { topic: [""] } }, /alias in scope "topic" is empty/],
  ])("is refused with the settings %j", (settings, reason) => {
    expect(loadedAtom(name, undefined, settings, "new")).toMatchObject({
      code: "INVALID",
      reason: expect.stringMatching(reason),
    });
  });
});

describe("1: a deployment comes after what was loaded before it", () => {
  const module = (moduleHash: string) => ({ moduleHash });
  test.each<[string, string | null, ReturnType<typeof module> | undefined, boolean]>([
    ["the same application", "a", module("a"), false],
    ["an application that still does not have the atom", null, undefined, false],
    ["another module", "a", module("b"), true],
    ["an application that has the atom now", null, module("a"), true],
    ["one that does not have it any more", "a", undefined, true],
  ])("%s", (_, replaces, now, superseded) => {
    expect(isSuperseded({ replaces }, now)).toBe(superseded);
  });
});
