/** What every implementation of the seam `Naming` does: the eight features of the naming model, told from outside. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Alias } from "../../durable/core/aliases.ts";
import type { Application } from "../../durable/core/application.ts";
import type { LookupQuery } from "../../durable/core/lookup.ts";
import type { Naming } from "../../durable/core/naming.ts";
import { application, atomName, global } from "./naming-fixtures.ts";

export interface NamingUnderTest {
  at(runtime: string): Naming;
  /** Resolves when everything that was told has arrived. */
  settle(): Promise<void>;
  close(): void;
}

export const chatApplication = (runtime = "cloud"): Application =>
  application(
    ["cloud", "edge-1", "edge-2"],
    {
      "cloud/counter": { topic: ["clicks"] },
      "cloud/room": { topic: ["news"] },
      "edge-1/room": {},
      "edge-2/room": {},
      "edge-2/ticker": {},
    },
    runtime,
  );

/** A question to all names or aliases, from nobody in particular. */
export function question(scope: string, pattern: string, mode: "any" | "all" = "all"): LookupQuery {
  return { mode, scope, pattern, asker: "" };
}

export function describeNaming(title: string, make: () => Promise<NamingUnderTest>): void {
  describe(`naming: ${title}`, () => {
    let naming: NamingUnderTest;
    beforeEach(async () => {
      naming = await make();
      for (const runtime of ["cloud", "edge-1", "edge-2"])
        expect(await naming.at(runtime).start()).toHaveProperty("version");
      await naming.settle();
    });
    afterEach(async () => {
      await naming.settle();
      naming.close();
    });

    const setRoom = (revision: number, added: readonly Alias[], removed: readonly Alias[] = []) =>
      naming.at("edge-1").setAliases(atomName("room"), { revision, added, removed });

    it("knows every runtime by its unique name, and which one leads", async () => {
      for (const runtime of ["cloud", "edge-2"]) {
        const view = await naming.at(runtime).directory();
        if ("code" in view) throw new Error(view.reason);
        expect(view.runtimes.map((each) => [each.name, each.leader, each.tags])).toEqual([
          ["cloud", true, ["tag-cloud"]],
          ["edge-1", false, ["tag-edge-1"]],
          ["edge-2", false, ["tag-edge-2"]],
        ]);
        expect(view.leader).toBe(runtime === "cloud");
      }
    });

    it("knows every atom by its global name, with kind, module and aliases", async () => {
      const view = await naming.at("edge-1").directory();
      if ("code" in view) throw new Error(view.reason);
      expect(view.atoms.map((atom) => atom.name)).toEqual([
        "cloud/counter",
        "cloud/room",
        "edge-1/room",
        "edge-2/room",
        "edge-2/ticker",
      ]);
      expect(view.atoms[0]).toEqual({
        name: "cloud/counter",
        kind: "reactive",
        moduleHash: "hash",
        aliases: { topic: ["clicks"] },
      });
    });

    it("resolves a global name to that atom, a bare one to the asker's own runtime first, then to any", async () => {
      expect(await naming.at("edge-1").resolve("edge-2/ticker", "")).toBe("edge-2/ticker");
      expect(await naming.at("edge-1").resolve("room", global("edge-1/room"))).toBe("edge-1/room");
      expect(await naming.at("edge-1").resolve("ticker", global("edge-1/room"))).toBe("edge-2/ticker");
      expect(await naming.at("cloud").resolve("room", "")).toBe("cloud/room");
      expect(await naming.at("cloud").resolve("nobody", "")).toMatchObject({ code: "NOT_FOUND" });
      expect(await naming.at("cloud").resolve("not a name", "")).toMatchObject({ code: "INVALID" });
    });

    it("resolves alike in every runtime for one asker", async () => {
      const asker = global("edge-9/asker");
      const chosen = await naming.at("cloud").resolve("room", asker);
      for (const runtime of ["edge-1", "edge-2"]) expect(await naming.at(runtime).resolve("room", asker)).toBe(chosen);
    });

    it("looks up any or all atoms by name", async () => {
      expect(await naming.at("edge-2").lookup(question("", "room"))).toEqual([
        "cloud/room",
        "edge-1/room",
        "edge-2/room",
      ]);
      expect(await naming.at("edge-2").lookup(question("", "edge-.*/r.*"))).toEqual(["edge-1/room", "edge-2/room"]);
      expect(await naming.at("edge-2").lookup(question("", "room", "any"))).toEqual(["edge-2/room"]);
      expect(await naming.at("edge-2").lookup({ ...question("", "room"), limit: 1 })).toEqual(["cloud/room"]);
      expect(await naming.at("edge-2").lookup(question("", "("))).toMatchObject({ code: "INVALID" });
    });

    it("shows an alias in its own runtime at once and in the others once told", async () => {
      await setRoom(1, [
        ["topic", "news"],
        ["topic", "sport"],
        ["region", "milan"],
      ]);
      expect(await naming.at("edge-1").lookup(question("topic", "news"))).toEqual(["cloud/room", "edge-1/room"]);
      await naming.settle();
      for (const runtime of ["cloud", "edge-2"]) {
        expect(await naming.at(runtime).lookup(question("topic", "news"))).toEqual(["cloud/room", "edge-1/room"]);
        expect(await naming.at(runtime).lookup(question("topic", "sport"))).toEqual(["edge-1/room"]);
        expect(await naming.at(runtime).lookup(question("region", "mil.*", "any"))).toEqual(["edge-1/room"]);
        expect(await naming.at(runtime).lookup(question("region", "news"))).toEqual([]);
      }
    });

    it("takes aliases back, also configured ones", async () => {
      await setRoom(1, [["topic", "news"]]);
      await setRoom(2, []);
      const taken = { revision: 1, added: [], removed: [["topic", "news"] as const] };
      await naming.at("cloud").setAliases(atomName("room"), taken);
      await naming.settle();
      for (const runtime of ["cloud", "edge-1", "edge-2"]) {
        expect(await naming.at(runtime).lookup(question("topic", ".*"))).toEqual(["cloud/counter"]);
      }
    });

    it("lets the newest delta count, and tells which one that is", async () => {
      expect(await setRoom(5, [["topic", "new"]])).toMatchObject({ revision: 5 });
      expect(await setRoom(4, [["topic", "old"]])).toMatchObject({ revision: 5 });
      expect(await naming.at("edge-1").lookup(question("topic", "old|new"))).toEqual(["edge-1/room"]);
      expect(await naming.at("edge-1").lookup(question("topic", "old"))).toEqual([]);
    });

    it("takes aliases of the runtime's own atoms only", async () => {
      const delta = { revision: 1, added: [], removed: [] };
      expect(await naming.at("edge-1").setAliases(atomName("ticker"), delta)).toMatchObject({ code: "NOT_FOUND" });
    });
  });
}
