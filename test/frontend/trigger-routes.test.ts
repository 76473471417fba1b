import { describe, expect, test } from "vitest";
import { compareRoutes, routeError, triggerTable } from "../../workers/frontend/trigger-routes.ts";
import { application, atom, cloud, edge, textOf, world, type Seen } from "./fakes.ts";

/** The route in the formula that answers a path: each route has an atom of its own. */
async function winner(routes: readonly string[], path: string): Promise<string | undefined> {
  const atoms = routes.map((route, index) => atom(cloud, `a${index}`, { http: [route] }));
  const { seen, send } = world(() => new Response(), { atoms });
  await send(path);
  const index = Number(seen[0]?.object.slice(1));
  return routes[index];
}

describe("invariant 1: the more specific route wins, whatever their order", () => {
  const cases: readonly (readonly [path: string, winner: string, ...others: string[]])[] = [
    ["/a/b", "/a/b", "/a/:id", "/a/*", "/*", "/:x/b"],
    ["/a", "/a", "/a/*", "/a/:id?", "/:x", "/*"],
    ["/a/7", "/a/:id{[0-9]+}", "/a/:name", "/a/*"],
    ["/a/x", "/a/:name", "/a/:id{[0-9]+}", "/a/:path{.+}", "/a/*"],
    ["/a/b/c", "/a/:x/c", "/a/*", "/a/:path{.+}", "/*"],
    ["/a/b/c", "/a/*/c", "/a/:x/*", "/a/*", "/*"],
    ["/a/b", "/a/*", "/:x/b", "/*"],
    ["/a/b", "/a/:id?", "/a/*", "/*"],
    ["/", "/", "/*"],
    ["/a/x/y", "/a/:path{.+}", "/:p{.+}", "/*"],
  ];
  test.each(cases)("%s goes to %s", async (path, expected, ...others) => {
    const routes = [expected, ...others];
    expect(await winner(routes, path)).toBe(expected);
    expect(await winner([...routes].reverse(), path)).toBe(expected);
  });

  test("routes of one shape are equal", () => {
    expect(compareRoutes("/a/:id", "/a/:name")).toBe(0);
    expect(compareRoutes("/a/:id", "/a/*")).toBeLessThan(0);
    expect(compareRoutes("/a/*", "/a/:id")).toBeGreaterThan(0);
  });

  test("a slash within a parameter's expression is no segment", () => {
    expect(compareRoutes("/:id{a/b}", "/:id{ab}")).toBe(0);
  });
});

describe("invariant 2: among equals", () => {
  const both = [atom(edge, "kv", { http: ["/kv/*"] }), atom(cloud, "kv", { http: ["/kv/*"] })];

  test("the own runtime comes first, even when it stands last in the formula", async () => {
    for (const [runtime, binding] of [
      [cloud, "ATOMS"],
      [edge, "ATOMS_1"],
    ] as const) {
      const { seen, send } = world(() => new Response(), { atoms: both, runtime });
      await send("/kv/x");
      expect(seen.map((each) => each.binding)).toEqual([binding]);
    }
  });

  test("then the first atom by name, whatever their order in the formula", async () => {
    for (const names of [
      ["b", "a"],
      ["a", "b"],
    ]) {
      const atoms = names.map((name) => atom(edge, name, { http: ["/x"] }));
      const { seen, send } = world(() => new Response(), { atoms });
      await send("/x");
      expect(seen.map((each) => each.object)).toEqual(["a"]);
    }
  });

  test("a peer's literal route is reachable beside an own wildcard", async () => {
    const atoms = [atom(cloud, "all", { http: ["/*"] }), atom(edge, "chat", { http: ["/chat"] })];
    const { seen, send } = world(() => new Response(), { atoms });
    await send("/chat");
    await send("/other");
    expect(seen.map((each) => `${each.binding}/${each.object}`)).toEqual(["ATOMS_1/chat", "ATOMS/all"]);
  });
});

describe("routes that cannot be served", () => {
  test.each(["/_radon", "/_radon/v1/runtimes", "counter", "/a/:id{[}"])("%s is refused", (route) => {
    expect(routeError(route)).toBeTypeOf("string");
  });

  test("and do no harm to the others", async () => {
    const atoms = [
      atom(cloud, "bad", { http: ["/a/:id{[}", "/_radon/health"] }),
      atom(cloud, "good", { http: ["/good"] }),
    ];
    expect(triggerTable(application({ atoms })).refused.map((each) => each.trigger.route)).toEqual([
      "/a/:id{[}",
      "/_radon/health",
    ]);
    const { seen, send } = world((one: Seen) => new Response(textOf(one.body.slice(4))), { atoms });
    expect((await send("/good")).status).toBe(200);
    expect((await send("/_radon/health")).headers.get("content-type")).toBe("application/json");
    expect(seen.map((each) => each.object)).toEqual(["good"]);
  });

  test("a wildcard does not reach below /_radon", async () => {
    const { seen, send } = world(() => new Response(), { atoms: [atom(cloud, "all", { http: ["/*", "/:x/y"] })] });
    expect((await send("/_radon/y")).status).toBe(404);
    expect((await send("/_radon")).status).toBe(404);
    expect((await send("/%5Fradon/y")).status).toBe(404);
    expect(seen).toEqual([]);
  });
});
