import { afterEach, describe, expect, test, vi } from "vitest";
import { problem } from "../../durable/problem.ts";
import { atom, cloud, ok, problemOf, stateOf, textOf, world, type Seen } from "./fakes.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("health tells who answers, and asks nobody", async () => {
  const { seen, send } = world(ok);
  const response = await send("/_radon/health");
  expect(await response.json()).toEqual({ status: "ok", app: "tour", runtime: "cloud", leader: "cloud" });
  expect(seen).toEqual([]);
});

describe("metrics", () => {
  test("are those of this runtime's atoms, as Prometheus text", async () => {
    const { seen, send } = world((one: Seen) => stateOf(one.object));
    const response = await send("/_radon/metrics");
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const lines = (await response.text()).split("\n");
    expect(lines).toContain('radon_info{app="tour",runtime="cloud"} 1');
    expect(lines).toContain('radon_atom_up{runtime="cloud",atom="counter"} 1');
    expect(lines).toContain('radon_atom_state{runtime="cloud",atom="counter",state="idle",kind="reactive"} 1');
    expect(lines).toContain('radon_atom_mailbox_messages{runtime="cloud",atom="counter"} 3');
    expect(lines).toContain('radon_atom_mailbox_bytes{runtime="cloud",atom="clock"} 40');
    expect(lines).toContain('radon_atom_outbox_messages{runtime="cloud",atom="clock"} 1');
    expect(lines).toContain("# TYPE radon_atom_received_total counter");
    expect(lines).toContain('radon_atom_dead_letters_total{runtime="cloud",atom="counter"} 0');
    expect(seen.map((each) => each.object).sort()).toEqual(["clock", "counter"]);
  });

  test("have each family once, its samples in one block", async () => {
    const { send } = world((one: Seen) => stateOf(one.object));
    const text = await (await send("/_radon/metrics")).text();
    const names = text
      .trimEnd()
      .split("\n")
      .map((line) => (line.startsWith("#") ? line.split(" ")[2] : line.split("{")[0]));
    const blocks = names.filter((name, index) => name !== names[index - 1]);
    expect(blocks).toEqual([...new Set(blocks)]);
    expect(text.endsWith("\n")).toBe(true);
  });

  test("escape what would break a line", async () => {
    const { send } = world((one: Seen) => stateOf(one.object, { state: 'a"b\\c\nd', counters: { "odd name\n": 1 } }));
    const lines = (await (await send("/_radon/metrics")).text()).trimEnd().split("\n");
    expect(lines.join("\n")).toContain('state="a\\"b\\\\c\\nd"');
    for (const line of lines) expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{.*\} -?\d+)$/);
  });

  test("tell of an atom that does not answer", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { send } = world((one: Seen) =>
      one.object === "clock" ? Promise.reject(new Error("gone")) : stateOf(one.object),
    );
    const text = await (await send("/_radon/metrics")).text();
    expect(text).toContain('radon_atom_up{runtime="cloud",atom="clock"} 0');
    expect(text).toContain('radon_atom_up{runtime="cloud",atom="counter"} 1');
    expect(text).not.toContain('radon_atom_mailbox_messages{runtime="cloud",atom="clock"}');
  });
});

describe("start", () => {
  const post = { method: "POST" };

  test("starts the naming, then every own atom: daemons run, reactive ones work off what is left", async () => {
    const { seen, send } = world(() => new Response(null, { status: 204 }));
    expect(await (await send("/_radon/start", post)).json()).toEqual({
      runtime: "cloud",
      naming: { ok: true },
      atoms: [
        { name: "cloud/counter", ok: true },
        { name: "cloud/clock", ok: true },
      ],
    });
    expect(seen.map((each) => `${each.method} ${each.binding}/${each.object}${each.route}`)).toEqual([
      "POST NAMING/naming/start",
      "POST ATOMS/counter/start",
      "POST ATOMS/clock/start",
    ]);
    expect(JSON.parse(textOf(seen[0]?.body ?? new Uint8Array()))).toEqual({});
  });

  test("tells of each that fails, and starts the others", async () => {
    const { seen, send } = world((one: Seen) => {
      if (one.object === "naming") return problem(409, "INVALID", "the name cloud is taken");
      return one.object === "counter"
        ? problem(502, "NOT_STARTED", "no export invoke")
        : new Response(null, { status: 204 });
    });
    expect(await (await send("/_radon/start", post)).json()).toEqual({
      runtime: "cloud",
      naming: { ok: false, detail: "the name cloud is taken", code: "INVALID" },
      atoms: [
        { name: "cloud/counter", ok: false, detail: "no export invoke", code: "NOT_STARTED" },
        { name: "cloud/clock", ok: true },
      ],
    });
    expect(seen).toHaveLength(3);
  });

  test("tells that names are not registered while the leader is not reached", async () => {
    const { send } = world(() => Response.json({ version: 0, leader: "unreachable" }));
    expect(await (await send("/_radon/start", post)).json()).toMatchObject({
      naming: { ok: false, detail: expect.stringMatching(/not registered yet: .* naming leader, runtime cloud/) },
    });
  });

  test("tells the status of an answer that is no problem", async () => {
    const { send } = world(() => new Response("oops", { status: 500 }));
    expect(await (await send("/_radon/start", post)).json()).toMatchObject({
      naming: { ok: false, detail: "It answered with status 500." },
    });
  });

  test("has a bounded number of starts under way", async () => {
    let underWay = 0;
    let most = 0;
    const atoms = Array.from({ length: 40 }, (_, index) => atom(cloud, `a${index}`));
    const { seen, send } = world(
      async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setTimeout(resolve, 1));
        underWay -= 1;
        return new Response(null, { status: 204 });
      },
      { atoms },
    );
    await send("/_radon/start", post);
    expect([seen.length, most]).toEqual([41, 8]);
  });

  test("is a POST", async () => {
    const response = await world(ok).send("/_radon/start");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  });
});

describe("release", () => {
  const post = { method: "POST" };

  test("asks every own atom to let go those who wait", async () => {
    const { seen, send } = world(() => new Response(null, { status: 204 }));
    expect((await send("/_radon/release", post)).status).toBe(204);
    const asked = seen.map((each) => `${each.method} ${each.binding}/${each.object}${each.route}`);
    expect(asked).toEqual(["POST ATOMS/counter/release", "POST ATOMS/clock/release"]);
  });

  test("is done even where an atom does not answer", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { seen, send } = world(() => Promise.reject(new Error("gone")));
    expect((await send("/_radon/release", post)).status).toBe(204);
    expect(new Set(seen.map((each) => each.object))).toEqual(new Set(["counter", "clock"]));
  });
});

test("a bug is a 500 with the id under which the log has it, and no stack", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { send } = world(ok, { runtimes: [] });
  const body = await problemOf(await send("/_radon/v1/lookup?pattern=a"));
  expect(body).toMatchObject({ status: 500, code: "INTERNAL" });
  expect(body.incident).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.stringify(body)).not.toMatch(/built for|\.ts|at /);
  const logged = log.mock.calls.flat();
  expect(String(logged[0])).toContain(body.incident);
  expect(logged.at(-1)).toBeInstanceOf(Error);
});
