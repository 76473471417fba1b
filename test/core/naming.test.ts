import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SingleNaming } from "../../durable/core/naming.ts";
import type { Naming } from "../../durable/core/naming.ts";
import { NamingClient } from "../../durable/naming-client.ts";
import { application, atomName, runtimeName } from "./naming-fixtures.ts";
import { NamingCluster, type Reach } from "./naming-cluster.ts";
import { chatApplication, describeNaming, question } from "./naming-contract.ts";

const RUNTIMES = ["cloud", "edge-1", "edge-2"];

function chatCluster(reach: Reach): NamingCluster {
  return new NamingCluster(
    RUNTIMES.map((runtime) => chatApplication(runtime)),
    reach,
  );
}

describeNaming("in one process", async () => {
  const cloud = new SingleNaming(chatApplication());
  const runtimes = new Map<string, Naming>(RUNTIMES.map((name) => [name, cloud.at(runtimeName(name))]));
  return { at: (runtime) => runtimes.get(runtime) ?? cloud, settle: async () => undefined, close: () => undefined };
});

describeNaming("leader and followers by bindings", async () => chatCluster("bindings"));
describeNaming("leader and followers by signed requests", async () => chatCluster("signed requests"));

describe.each<Reach>(["bindings", "signed requests"])("leader and followers by %s", (reach) => {
  let cluster: NamingCluster;
  beforeEach(async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    cluster = chatCluster(reach);
    for (const runtime of RUNTIMES) await cluster.at(runtime).start();
    await cluster.settle();
  });
  afterEach(async () => {
    await cluster.settle();
    cluster.close();
    vi.restoreAllMocks();
  });

  const subscribe = (runtime: string, topic: string, revision = 1) =>
    cluster.at(runtime).setAliases(atomName("room"), { revision, added: [["topic", topic]], removed: [] });
  const subscribers = (runtime: string, topic: string) => cluster.at(runtime).lookup(question("topic", topic));
  const healthOf = async (asked: string, runtime: string) => {
    const view = await cluster.at(asked).directory();
    return "code" in view ? view.code : view.runtimes.find((each) => each.name === runtime)?.health;
  };

  it("a follower works while the leader is away, and the leader learns of it afterwards", async () => {
    cluster.setAway("cloud", true);
    await subscribe("edge-1", "storm");
    expect(await subscribers("edge-1", "storm")).toEqual(["edge-1/room"]);
    await cluster.settle();
    expect(await cluster.at("edge-1").resolve("counter", "")).toBe("cloud/counter");
    expect(await healthOf("edge-1", "cloud")).toBe("unreachable");
    expect(await cluster.at("edge-1").start()).toHaveProperty("version");
    cluster.setAway("cloud", false);
    await cluster.ring("edge-1");
    for (const runtime of RUNTIMES) expect(await subscribers(runtime, "storm")).toEqual(["edge-1/room"]);
    expect(await healthOf("edge-1", "cloud")).toBe("ok");
  });

  it("what is due survives the follower, too", async () => {
    cluster.setAway("cloud", true);
    await subscribe("edge-1", "storm");
    await cluster.settle();
    cluster.restart("edge-1");
    expect(await subscribers("edge-1", "storm")).toEqual(["edge-1/room"]);
    await cluster.settle();
    cluster.setAway("cloud", false);
    await cluster.ring("edge-1");
    expect(await subscribers("edge-2", "storm")).toEqual(["edge-1/room"]);
  });

  it("followers hear at once from a leader that is back", async () => {
    cluster.setAway("cloud", true);
    await subscribe("edge-1", "storm");
    await cluster.settle();
    cluster.restart("cloud");
    cluster.setAway("cloud", false);
    await cluster.at("cloud").start();
    await cluster.settle();
    expect(await subscribers("edge-2", "storm")).toEqual(["edge-1/room"]);
  });

  it("all objects restart with what they knew, and ask nobody for it", async () => {
    await subscribe("edge-1", "news");
    await cluster.settle();
    const before = await cluster.at("edge-2").directory();
    for (const runtime of RUNTIMES) {
      cluster.restart(runtime);
      cluster.setAway(runtime, true);
    }
    for (const runtime of RUNTIMES) expect(await subscribers(runtime, "news")).toEqual(["cloud/room", "edge-1/room"]);
    await cluster.settle();
    const after = await cluster.at("edge-2").directory();
    expect("code" in after || after.atoms).toEqual("code" in before || before.atoms);
  });

  it("a follower that a change did not reach takes it with its next pull", async () => {
    cluster.setAway("edge-2", true);
    await subscribe("edge-1", "storm");
    await cluster.settle();
    expect(await subscribers("edge-2", "storm")).toEqual([]);
    expect(await healthOf("cloud", "edge-2")).toBe("unreachable");
    cluster.setAway("edge-2", false);
    await cluster.ring("edge-2");
    expect(await subscribers("edge-2", "storm")).toEqual(["edge-1/room"]);
    expect(await healthOf("cloud", "edge-2")).toBe("ok");
  });

  it("a leader without its storage is told everything again", async () => {
    await subscribe("edge-1", "news");
    await cluster.settle();
    cluster.loseStorage("cloud");
    for (const runtime of ["cloud", "edge-1", "edge-2"]) await cluster.ring(runtime);
    for (const runtime of RUNTIMES) expect(await subscribers(runtime, "news")).toEqual(["cloud/room", "edge-1/room"]);
  });

  it("a follower without its storage goes on from the revision that the leader has of it", async () => {
    for (let revision = 1; revision <= 5; revision += 1) await subscribe("edge-1", `t${revision}`, revision);
    await cluster.settle();
    expect(await subscribers("edge-2", "t5")).toEqual(["edge-1/room"]);
    cluster.loseStorage("edge-1");
    await subscribe("edge-1", "fresh");
    await cluster.settle();
    expect(await subscribers("edge-2", "fresh")).toEqual(["edge-1/room"]);
    expect(await subscribers("edge-2", "t5")).toEqual([]);
  });

  it("another object cannot take a runtime's name: 409 and a clear sentence", async () => {
    const response = await cluster.post("cloud", "/register", {
      runtime: "edge-1",
      identity: "an impostor",
      tags: [],
      revision: 99,
      atoms: [],
    });
    expect(response.status).toBe(409);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const sentence = expect.stringContaining("The runtime name edge-1 is taken") as string;
    expect(await response.json()).toMatchObject({ code: "CONFLICT", detail: sentence });
    expect(await cluster.at("cloud").resolve("edge-1/room", "")).toBe("edge-1/room");
  });

  it("a runtime whose Worker is made anew takes its own name over", async () => {
    cluster.recreate("edge-1");
    await subscribe("edge-1", "anew");
    await cluster.settle();
    expect(await subscribers("edge-2", "anew")).toEqual(["edge-1/room"]);
  });

  it("a runtime that the leader does not list is refused at its start, and still answers itself", async () => {
    const listed = application(["cloud", "edge-2"], { "cloud/room": {}, "edge-2/room": {} }, "cloud");
    cluster.restart("cloud", listed);
    await cluster.at("cloud").start();
    await cluster.settle();
    expect(await cluster.at("edge-2").resolve("edge-1/room", "")).toMatchObject({ code: "NOT_FOUND" });
    expect(await subscribe("edge-1", "alone")).toHaveProperty("version");
    expect(await cluster.at("edge-1").start()).toMatchObject({
      code: "DENIED",
      reason: expect.stringContaining("lists no runtime edge-1") as string,
    });
    expect(await subscribers("edge-1", "alone")).toEqual(["edge-1/room"]);
    expect(console.error).toHaveBeenCalledOnce();
  });

  it("a redeployed runtime makes its changed atoms known, and its removed ones vanish", async () => {
    const changed = application(RUNTIMES, { "cloud/room": {}, "edge-1/fresh": { topic: ["x"] } }, "edge-1");
    cluster.restart("edge-1", changed);
    await cluster.at("edge-1").start();
    await cluster.settle();
    for (const runtime of RUNTIMES) {
      expect(await cluster.at(runtime).resolve("edge-1/room", "")).toMatchObject({ code: "NOT_FOUND" });
      expect(await subscribers(runtime, "x")).toEqual(["edge-1/fresh"]);
    }
  });

  it("the leader may move to another runtime", async () => {
    await subscribe("edge-1", "news");
    await cluster.settle();
    for (const runtime of RUNTIMES) {
      cluster.restart(runtime, { ...chatApplication(runtime), leader: runtimeName("edge-2") });
    }
    for (const runtime of RUNTIMES) await cluster.at(runtime).start();
    await cluster.settle();
    await subscribe("cloud", "moved");
    await cluster.settle();
    for (const runtime of RUNTIMES) {
      expect(await subscribers(runtime, "moved")).toEqual(["cloud/room"]);
      expect(await subscribers(runtime, "news")).toEqual(["cloud/room", "edge-1/room"]);
      expect(await healthOf(runtime, "edge-2")).toBe("ok");
    }
  });

  it("a follower asks every ten seconds or so, and less and less often while the leader is away", async () => {
    await cluster.ring("edge-1");
    expect(cluster.alarmInMs("edge-1")).toBeGreaterThan(7_000);
    expect(cluster.alarmInMs("edge-1")).toBeLessThan(13_000);
    cluster.setAway("cloud", true);
    await cluster.ring("edge-1");
    expect(cluster.alarmInMs("edge-1")).toBeLessThan(1_300);
    for (let i = 0; i < 9; i += 1) await cluster.ring("edge-1");
    expect(cluster.alarmInMs("edge-1")).toBeGreaterThan(23_000);
    expect(cluster.alarmInMs("edge-1")).toBeLessThan(37_000);
  });

  it("many changes in a row are a few conversations", async () => {
    cluster.requests.length = 0;
    for (let revision = 1; revision <= 100; revision += 1) void subscribe("edge-1", `t${revision}`, revision);
    await vi.waitFor(async () => expect(await subscribers("edge-2", "t100")).toEqual(["edge-1/room"]));
    await cluster.settle();
    expect(cluster.requests.length).toBeLessThan(40);
  });

  it("no object ever asks itself, and a single runtime asks nobody", async () => {
    const alone = new NamingCluster([application(["solo"], { "solo/a": {} })]);
    await alone.at("solo").start();
    await alone.at("solo").setAliases(atomName("a"), { revision: 1, added: [["topic", "x"]], removed: [] });
    await alone.settle();
    expect(await alone.at("solo").lookup(question("topic", "x"))).toEqual(["solo/a"]);
    expect(alone.requests).toEqual([]);
    expect(alone.alarmInMs("solo")).toBeUndefined();
    alone.close();
  });

  it("a malformed request is told what is wrong with it", async () => {
    const reject = async (route: string, body: unknown) => {
      const response = await cluster.post("edge-1", route, body);
      const { code, detail } = await response.json<{ code: string; detail: string }>();
      return `${response.status} ${code}: ${detail}`;
    };
    expect(await reject("/aliases", { atom: "no name", revision: 1, added: [], removed: [] })).toBe(
      '400 INVALID: Member "atom" is malformed: is no atom name.',
    );
    expect(await reject("/aliases", { atom: "room", revision: 1, added: [["", "x"]], removed: [] })).toContain(
      "400 INVALID",
    );
    expect(await reject("/lookup", { mode: "some", pattern: "x" })).toContain(
      '400 INVALID: Member "mode" is malformed',
    );
    expect(await reject("/lookup", { mode: "all", pattern: "a(" })).toContain("at character 2");
    expect(await reject("/resolve", { name: "room", asker: "nobody" })).toContain('Member "asker"');
    expect(await reject("/register", {})).toContain("503 UNAVAILABLE: Runtime edge-1 is not the naming leader");
    expect(await reject("/nothing", {})).toContain("404 NOT_FOUND");
  });
});

describe("the client of a naming object", () => {
  it("answers REMOTE for an object that does not answer in time", async () => {
    vi.useFakeTimers();
    const silent = ({ signal }: Request) =>
      new Promise<Response>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
    const answer = new NamingClient({ fetch: silent }).resolve("a", "");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await answer).toMatchObject({ code: "REMOTE", reason: expect.stringContaining("could not be reached") });
    vi.useRealTimers();
  });
});
