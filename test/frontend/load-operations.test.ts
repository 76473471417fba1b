/** Loading by the control API: what the atom's object and the naming are asked, in which order, and what the client is told. */
import { describe, expect, test } from "vitest";
import { LOADED_MODULE_BYTES_MAX } from "../../durable/core/loaded-atom.ts";
import { decodeLoad } from "../../durable/loaded/load-body.ts";
import { problem } from "../../durable/problem.ts";
import type { RuntimeEntry } from "../../durable/core/application.ts";
import { application, edge, problemOf, stateOf, world, type Answerer, type Seen } from "./fakes.ts";

const NEW = "/_radon/v1/atoms/edge-1/new";
const MODULE = Uint8Array.of(0, 97, 115, 109);
const put = (body: Uint8Array<ArrayBuffer> = MODULE) => ({ method: "PUT", body });
const done = () => new Response(null, { status: 204 });

/** An object that takes everything; `answers` are for what it does not. */
function objects(answers: Readonly<Record<string, Answerer>> = {}): Answerer {
  return (seen) => {
    const { method, route } = seen;
    const answer = answers[`${method} ${route}`];
    if (answer) return answer(seen);
    return route === "/state" ? stateOf("edge-1/new", { moduleHash: "abcd" }) : done();
  };
}

const shown = (seen: readonly Seen[]) => seen.map(({ binding, method, route }) => `${binding} ${method} ${route}`);

describe("PUT of an atom", () => {
  test("has its object keep the module, begin anew and start; the application need not have the atom", async () => {
    const { seen, send } = world(objects());
    const response = await send(NEW, put());
    expect([response.status, await response.json()]).toEqual([
      200,
      { name: "edge-1/new", moduleHash: "abcd", started: true },
    ]);
    expect(shown(seen)).toEqual([
      "ATOMS_1 PUT /loaded",
      "ATOMS_1 POST /release",
      "ATOMS_1 RPC reset",
      "ATOMS_1 POST /start",
      "ATOMS_1 GET /state",
    ]);
    expect(decodeLoad(seen[0]?.body as Uint8Array)).toEqual({ settings: {}, module: MODULE });
  });

  test("hands on the settings, under the names of the formula", async () => {
    const { seen, send } = world(objects());
    const settings = { kind: "daemon", grants: ["kv"], config: { a: "1" }, attempts: 3, cpu_ms: 50, memory_mb: 8 };
    await send(`${NEW}?settings=${encodeURIComponent(JSON.stringify(settings))}`, put());
    expect(decodeLoad(seen[0]?.body as Uint8Array).settings).toEqual({
      ...{ kind: "daemon", grants: ["kv"], config: { a: "1" } },
      ...{ attemptsMax: 3, cpuMs: 50, memoryMb: 8 },
    });
  });

  test.each([
    ["{", "takes a JSON object of settings"],
    ['{"kind":"actor"}', '"kind" is wrong'],
    ['{"cpu":5}', "takes a JSON object of settings"],
  ])("refuses the settings %s", async (settings, detail) => {
    const { seen, send } = world(objects());
    const body = await problemOf(await send(`${NEW}?settings=${encodeURIComponent(settings)}`, put()));
    expect(body).toMatchObject({ status: 400, detail: expect.stringContaining(detail) });
    expect(seen).toEqual([]);
  });

  test("tells of a module that is loaded and does not start", async () => {
    const { send } = world(objects({ "POST /start": () => problem(502, "NOT_STARTED", "It trapped.") }));
    expect(await (await send(NEW, put())).json()).toMatchObject({ started: false, detail: "It trapped." });
  });

  test("says what the object refused, and goes no further", async () => {
    const refusal = "its platform gives it no Worker Loader; run radon deploy";
    const { seen, send } = world(objects({ "PUT /loaded": () => problem(501, "UNSUPPORTED", refusal) }));
    expect(await problemOf(await send(NEW, put()))).toMatchObject({ status: 501, detail: refusal });
    expect(shown(seen)).toEqual(["ATOMS_1 PUT /loaded"]);
  });

  test("takes larger bodies than a message has, within a bound", async () => {
    const { seen, send } = world(objects());
    expect((await send(NEW, put(new Uint8Array(3_000_000)))).status).toBe(200);
    const large = await send(NEW, put(new Uint8Array(LOADED_MODULE_BYTES_MAX + 1)));
    expect(await problemOf(large)).toMatchObject({ status: 413, detail: expect.stringContaining("(16 MiB)") });
    expect(shown(seen).filter((line) => line.endsWith("PUT /loaded"))).toHaveLength(1);
  });

  test("of a runtime that no binding reaches is for that runtime", async () => {
    const [own] = application().runtimes;
    const runtimes = [own as RuntimeEntry, { name: edge, tags: [], url: "https://edge.example.com" }];
    const body = await problemOf(await world(objects(), { runtimes }).send(NEW, put()));
    expect(body).toMatchObject({ status: 409, detail: expect.stringContaining("https://edge.example.com") });
  });

  test("of a runtime that is not there is a 404", async () => {
    expect((await world(objects()).send("/_radon/v1/atoms/moon/new", put())).status).toBe(404);
  });
});

describe("DELETE of an atom", () => {
  const DELETE = { method: "DELETE" };

  test("that was loaded has its object forget it and begin anew", async () => {
    const { seen, send } = world(objects());
    expect((await send(NEW, DELETE)).status).toBe(204);
    expect(shown(seen)).toEqual([
      "NAMING_1 POST /resolve",
      "ATOMS_1 DELETE /loaded",
      "ATOMS_1 POST /release",
      "ATOMS_1 RPC reset",
    ]);
  });

  test("of the application starts the module that was deployed", async () => {
    const { seen, send } = world(objects());
    expect((await send("/_radon/v1/atoms/edge-1/ticker", DELETE)).status).toBe(204);
    expect(shown(seen).at(-1)).toBe("ATOMS_1 POST /start");
  });

  test("that nobody knows is a 404", async () => {
    const { seen, send } = world(objects({ "POST /resolve": () => problem(404, "NOT_FOUND", "None.") }));
    expect((await send(NEW, DELETE)).status).toBe(404);
    expect(shown(seen)).toEqual(["NAMING_1 POST /resolve"]);
  });
});

describe("what a runtime does with all of its atoms", () => {
  const directory = { version: 1, atoms: [record("cloud/counter"), record("cloud/new"), record("edge-1/other")] };
  const answers = objects({ "GET /directory": () => Response.json(directory) });

  test.each(["start", "release"])("%s: with those that were loaded as well", async (what) => {
    const { seen, send } = world(answers, { loads: true });
    await send(`/_radon/${what}`, { method: "POST" });
    const asked = seen.filter(({ route, object }) => route === `/${what}` && object !== "naming");
    expect(asked.map(({ binding, object }) => `${binding}/${object}`)).toEqual([
      "ATOMS/counter",
      "ATOMS/clock",
      "ATOMS/new",
    ]);
  });

  function record(name: string): object {
    return { name, kind: "reactive", moduleHash: "00", aliases: {} };
  }
});
