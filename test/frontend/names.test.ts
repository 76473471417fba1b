import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { problem } from "../../durable/problem.ts";
import { atom, cloud, edge, problemOf, stateOf, textOf, world, type Answerer, type Seen } from "./fakes.ts";

const directory = (names: readonly string[], version = 12): Response =>
  Response.json({
    version,
    leader: true,
    runtimes: [],
    atoms: names.map((name) => ({ name, kind: "reactive", moduleHash: "ab", aliases: { topic: ["t"] } })),
  });

/** Objects by route; what is not in the table hangs for ever. */
const byRoute =
  (table: Record<string, Answerer>): Answerer =>
  (seen) =>
    table[`${seen.binding}${seen.route}`]?.(seen) ?? table[seen.route]?.(seen) ?? new Promise(() => undefined);

const asked = (seen: readonly Seen[], route: string) => seen.filter((each) => each.route === route);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The answer, and how long it took on the fake clock. */
async function timed(response: Promise<Response>): Promise<{ response: Response; tookMs: number }> {
  const before = Date.now();
  let settled = false;
  void response.finally(() => (settled = true));
  while (!settled && Date.now() - before < 120_000) await vi.advanceTimersByTimeAsync(100);
  return { response: await response, tookMs: Date.now() - before };
}

describe("GET /runtimes", () => {
  test("asks each runtime's naming object", async () => {
    const { seen, send } = world(byRoute({ "/directory": () => directory([]) }));
    const response = await send("/_radon/v1/runtimes");
    expect(await response.json()).toEqual({
      runtimes: [
        { name: "cloud", tags: ["cloud"], leader: true, health: "ok", version: 12 },
        { name: "edge-1", tags: ["edge", "milan"], leader: false, health: "ok", version: 12 },
      ],
    });
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(seen.map((each) => `${each.binding}/${each.object}`)).toEqual(["NAMING/naming", "NAMING_1/naming"]);
  });

  test("tells which one hangs, and waits a short time only", async () => {
    const { send } = world(byRoute({ "NAMING/directory": () => directory([]) }));
    const { response, tookMs } = await timed(send("/_radon/v1/runtimes"));
    expect(tookMs).toBeLessThan(3_000);
    const { runtimes } = (await response.json()) as { runtimes: { health: string; detail?: string }[] };
    expect(runtimes.map((each) => each.health)).toEqual(["ok", "unreachable"]);
    expect(runtimes[1]?.detail).toContain("edge-1");
  });

  test.each<[string, Answerer]>([
    ["fails", () => problem(500, "INTERNAL", "the disk is full")],
    ["throws", () => Promise.reject(new Error("gone"))],
    ["tells nonsense", () => new Response("<html>")],
    ["tells something else", () => Response.json({ version: "x" })],
  ])("tells which one %s", async (_, answer) => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { send } = world(byRoute({ "NAMING/directory": () => directory([]), "NAMING_1/directory": answer }));
    const { runtimes } = (await (await send("/_radon/v1/runtimes")).json()) as {
      runtimes: { health: string; detail?: string }[];
    };
    expect(runtimes.map((each) => each.health)).toEqual(["ok", "unreachable"]);
    expect(runtimes[1]?.detail).toMatch(/full|reached|form/);
  });
});

describe("GET /atoms", () => {
  const names = ["edge-1/ticker", "cloud/counter", "cloud/clock"];
  const table = {
    "/directory": () => directory(names),
    "/state": (seen: Seen) => stateOf(seen.object, { state: "idle" }),
  };

  test("lists them by name, each with its state, asked of its own object", async () => {
    const { seen, send } = world(byRoute(table));
    const body = (await (await send("/_radon/v1/atoms")).json()) as { atoms: { name: string }[]; truncated: boolean };
    expect(body.atoms.map((each) => each.name)).toEqual(["cloud/clock", "cloud/counter", "edge-1/ticker"]);
    expect(body.atoms[0]).toEqual({
      name: "cloud/clock",
      kind: "reactive",
      moduleHash: "ab",
      aliases: { topic: ["t"] },
      state: "idle",
    });
    expect(body).toMatchObject({ version: 12, truncated: false });
    expect(
      asked(seen, "/state")
        .map((each) => `${each.binding}/${each.object}`)
        .sort(),
    ).toEqual(["ATOMS/clock", "ATOMS/counter", "ATOMS_1/ticker"]);
    expect(asked(seen, "/lookup")).toEqual([]);
  });

  test("with a limit says that there are more, and asks no more objects than it lists", async () => {
    const { seen, send } = world(byRoute(table));
    const body = (await (await send("/_radon/v1/atoms?limit=1")).json()) as { atoms: { name: string }[] };
    expect(body).toMatchObject({ atoms: [{ name: "cloud/clock" }], truncated: true });
    expect(asked(seen, "/state")).toHaveLength(1);
  });

  test.each([
    ["?pattern=t.*", { mode: "all", scope: "", pattern: "t.*", limit: 101, asker: "" }],
    ["?scope=topic", { mode: "all", scope: "topic", pattern: ".*", limit: 101, asker: "" }],
    ["?scope=a+b&pattern=%5Ex%2B%24&limit=7", { mode: "all", scope: "a b", pattern: "^x+$", limit: 8, asker: "" }],
  ])("with %s lists what the naming finds", async (query, question) => {
    const { seen, send } = world(
      byRoute({ ...table, "/lookup": () => Response.json({ names: ["edge-1/ticker"], version: 12 }) }),
    );
    expect(await (await send(`/_radon/v1/atoms${query}`)).json()).toMatchObject({ atoms: [{ name: "edge-1/ticker" }] });
    expect(JSON.parse(textOf(asked(seen, "/lookup")[0]?.body ?? new Uint8Array()))).toEqual(question);
  });

  test("a bad pattern is the client's mistake", async () => {
    const { send } = world(byRoute({ ...table, "/lookup": () => problem(400, "INVALID", "missing closing )") }));
    const body = await problemOf(await send("/_radon/v1/atoms?pattern=("));
    expect(body).toMatchObject({ status: 400, code: "INVALID" });
    expect(body.detail).toBe('Parameter "pattern" is not valid. missing closing )');
  });

  test("one stuck atom does not hang the list", async () => {
    const state = (seen: Seen) =>
      seen.object === "clock" ? new Promise<Response>(() => undefined) : stateOf(seen.object);
    const { send } = world(byRoute({ ...table, "/state": state }));
    const { response, tookMs } = await timed(send("/_radon/v1/atoms"));
    expect(tookMs).toBeLessThan(3_000);
    const { atoms } = (await response.json()) as { atoms: { state: string | null; detail?: string }[] };
    expect(atoms.map((each) => each.state)).toEqual([null, "idle", "idle"]);
    expect(atoms[0]?.detail).toContain("cloud/clock");
  });

  test("nor do a thousand, and no flood of requests is under way", async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `cloud/a${index}`);
    let underWay = 0;
    let most = 0;
    const state = (seen: Seen) => {
      underWay += 1;
      most = Math.max(most, underWay);
      seen.signal.addEventListener("abort", () => (underWay -= 1));
      return new Promise<Response>(() => undefined);
    };
    const { send } = world(byRoute({ "/directory": () => directory(many), "/state": state }), {
      atoms: many.map((name) => atom(cloud, name.slice("cloud/".length))),
    });
    const { response, tookMs } = await timed(send("/_radon/v1/atoms?limit=1000"));
    expect(tookMs).toBeLessThan(10_000);
    expect(most).toBe(16);
    const { atoms } = (await response.json()) as { atoms: { state: null; detail: string }[] };
    expect(atoms).toHaveLength(1_000);
    expect(atoms[999]?.detail).toContain("ran out");
  });

  test("an atom of a runtime that this Worker does not know has no state", async () => {
    const { send } = world(byRoute({ "/directory": () => directory(["moon/base"]) }));
    const { atoms } = (await (await send("/_radon/v1/atoms")).json()) as { atoms: { state: null; detail: string }[] };
    expect(atoms[0]).toMatchObject({ name: "moon/base", state: null });
    expect(atoms[0]?.detail).toContain("moon");
  });

  test("503 when the naming fails", async () => {
    const { send } = world(byRoute({ "/directory": () => problem(500, "INTERNAL", "broken") }));
    expect(await problemOf(await send("/_radon/v1/atoms"))).toMatchObject({ status: 503, code: "UNAVAILABLE" });
  });

  test.each([
    ["limit=0", "limit", "1 to 1000"],
    ["limit=1001", "limit", "1 to 1000"],
    ["pattern=", "pattern", "1 to 1024"],
    [`pattern=${"a".repeat(1025)}`, "pattern", "1 to 1024"],
    [`scope=${"a".repeat(257)}`, "scope", "0 to 256"],
  ])("?%s is refused", async (query, parameter, rule) => {
    const { seen, send } = world(byRoute(table));
    const body = await problemOf(await send(`/_radon/v1/atoms?${query}`));
    expect(body).toMatchObject({ status: 400, errors: [{ parameter }] });
    expect(body.detail).toContain(rule);
    expect(seen).toEqual([]);
  });
});

describe("GET /lookup", () => {
  const answer = { names: ["cloud/counter"], version: 3 };

  test("asks the own runtime's naming object", async () => {
    const { seen, send } = world(byRoute({ "/lookup": () => Response.json(answer) }), { runtime: edge });
    const response = await send("/_radon/v1/lookup?mode=any&scope=topic&pattern=c.*");
    expect(await response.json()).toEqual(answer);
    expect(seen[0]).toMatchObject({ binding: "NAMING_1", object: "naming", method: "POST" });
    expect(JSON.parse(textOf(seen[0]?.body ?? new Uint8Array()))).toEqual({
      mode: "any",
      scope: "topic",
      pattern: "c.*",
      limit: 100,
      asker: "",
    });
  });

  test("takes names and all of them unless told otherwise", async () => {
    const { seen, send } = world(byRoute({ "/lookup": () => Response.json(answer) }));
    await send("/_radon/v1/lookup?pattern=a&limit=3");
    expect(JSON.parse(textOf(seen[0]?.body ?? new Uint8Array()))).toMatchObject({ mode: "all", scope: "", limit: 3 });
  });

  test.each([
    ["", "pattern", "missing"],
    ["?pattern=a&mode=some", "mode", "any or all"],
    ["?pattern=a&limit=1.5", "limit", "whole number"],
    ["?pattern=a&glob=1", "glob", "mode, scope, pattern, limit"],
  ])("%s is refused", async (query, parameter, rule) => {
    const { send } = world(byRoute({}));
    const body = await problemOf(await send(`/_radon/v1/lookup${query}`));
    expect(body).toMatchObject({ status: 400, errors: [{ parameter }] });
    expect(body.detail).toContain(rule);
  });

  test("504 when the naming hangs", async () => {
    const { send } = world(byRoute({}));
    const { response, tookMs } = await timed(send("/_radon/v1/lookup?pattern=a"));
    expect(response.status).toBe(504);
    expect(tookMs).toBeLessThan(6_000);
  });
});
