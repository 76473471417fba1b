/** What the demo application does, as a reader of the README meets it, wherever it runs: the tests of it, over real HTTP. */
import { describe, expect, test } from "vitest";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request to the runtime of a name; without one, to the leader's. */
export type Ask = (method: string, path: string, body?: string, runtime?: string) => Promise<Answer>;

async function eventually<T>(read: () => Promise<T>, enough: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const value = await read();
    if (enough(value) || Date.now() > deadline) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Declares the tests; the application has to run, with fresh state, by the time that they do. */
export function testDemo(ask: Ask): void {
  describe("counter", () => {
    test("POST counts, GET reads, the path names the counter", async () => {
      expect((await ask("POST", "/counter/apples")).text).toBe("1");
      expect((await ask("POST", "/counter/apples")).text).toBe("2");
      expect((await ask("GET", "/counter/apples")).text).toBe("2");
      expect((await ask("GET", "/counter/pears")).text).toBe("0");
    });

    test("a hundred concurrent POSTs are counted each once", async () => {
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask("POST", "/counter/busy")));
      const counts = answers.map(({ text }) => Number(text)).sort((a, b) => a - b);
      expect(counts).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    });
  });

  describe("ticker", () => {
    const count = async () => Number((await ask("GET", "/_radon/v1/atoms/edge-1/ticker/kv/count")).text);

    test("the daemon counts down, and an interrupt resets it while it sleeps", async () => {
      const start = await count();
      expect(await eventually(count, (value) => value !== start)).not.toBe(start);
      expect((await ask("POST", "/_radon/v1/atoms/edge-1/ticker/interrupts/1", "500")).status).toBe(202);
      expect(await eventually(count, (value) => value > 400)).toBeGreaterThan(400);
    });

    test("it answers requests between its ticks", async () => {
      const { status, text } = await ask("POST", "/_radon/v1/atoms/edge-1/ticker/requests");
      expect(status).toBe(200);
      expect(Number(text)).toBeGreaterThan(0);
    });
  });

  describe("chat", () => {
    test("a message reaches every member of the topic, on both runtimes", async () => {
      const { text } = await ask("POST", "/chat/news", "good morning");
      expect(JSON.parse(text)).toEqual({ topic: "news", sent: ["cloud/alice", "edge-1/bob"] });
      expect(JSON.parse((await ask("GET", "/chat/news")).text)).toEqual({
        "cloud/alice": ["good morning"],
        "edge-1/bob": ["good morning"],
      });
    });

    test("an atom joins a topic at run time, and leaves it", async () => {
      expect((await ask("PUT", "/chat/sports/carol")).text).toContain("edge-1/carol joined sports");
      const members = async () => Object.keys(JSON.parse((await ask("GET", "/chat/sports")).text) as object);
      expect(await eventually(members, (names) => names.length === 2)).toEqual(["edge-1/bob", "edge-1/carol"]);
      await ask("DELETE", "/chat/sports/carol");
      expect(await eventually(members, (names) => names.length === 1)).toEqual(["edge-1/bob"]);
    });
  });

  describe("kv", () => {
    test("a write at the edge goes to the primary, and a read is answered by the runtime that was asked", async () => {
      expect((await ask("PUT", "/kv/color", "blue", "edge-1")).status).toBe(200);
      const cloud = await ask("GET", "/kv/color", undefined, "cloud");
      expect([cloud.text, cloud.headers["x-radon-atom"]]).toEqual(["blue", "cloud/kv"]);
      const edge = await eventually(
        () => ask("GET", "/kv/color", undefined, "edge-1"),
        ({ text }) => text === "blue",
      );
      expect([edge.text, edge.headers["x-radon-atom"]]).toEqual(["blue", "edge-1/kv"]);
    });

    test("replicas see the primary's writes in order", async () => {
      for (let value = 1; value <= 20; value += 1) await ask("PUT", "/kv/order", String(value));
      const edge = await eventually(
        () => ask("GET", "/kv/order", undefined, "edge-1"),
        ({ text }) => text === "20",
      );
      expect(edge.text).toBe("20");
      expect((await ask("DELETE", "/kv/order")).status).toBe(200);
      expect(
        (
          await eventually(
            () => ask("GET", "/kv/order", undefined, "edge-1"),
            ({ status }) => status === 404,
          )
        ).status,
      ).toBe(404);
    });
  });

  describe("the control API", () => {
    test("it lists runtimes and atoms, and finds them by pattern and alias", async () => {
      const { runtimes } = JSON.parse((await ask("GET", "/_radon/v1/runtimes")).text) as { runtimes: object[] };
      expect(runtimes).toMatchObject([
        { name: "cloud", leader: true, health: "ok" },
        { name: "edge-1", leader: false, health: "ok" },
      ]);
      const lookup = JSON.parse((await ask("GET", "/_radon/v1/lookup?scope=kv&pattern=.*")).text) as {
        names: string[];
      };
      expect(lookup.names).toEqual(["cloud/kv", "edge-1/kv"]);
      expect((await ask("GET", "/_radon/metrics")).text).toContain("# TYPE");
      expect(JSON.parse((await ask("GET", "/_radon/openapi.json")).text)).toMatchObject({ openapi: "3.1.0" });
    });

    test.each([
      ["GET", "/nowhere", undefined, 404, /\/counter/],
      ["POST", "/_radon/v1/atoms/cloud/nobody/messages", "x", 404, /counter/],
      ["POST", "/_radon/v1/atoms/mars/counter/messages", "x", 404, /edge-1/],
      ["POST", "/_radon/v1/atoms/cloud/counter/messages", "x".repeat(1024 * 1024 + 1), 413, /1048576|1 MiB/],
      ["POST", "/counter/big", "x".repeat(1024 * 1024 + 1), 413, /1048576|1 MiB/],
      ["GET", "/_radon/v1/lookup?pattern=(", undefined, 400, /pattern/],
      ["GET", "/_radon/v1/atoms/cloud/a%20b", undefined, 400, /A-Z/],
      ["POST", "/_radon/v1/atoms/cloud/counter/requests?timeout_ms=never", "x", 400, /timeout_ms/],
      ["PATCH", "/_radon/v1/atoms/cloud/counter", undefined, 405, /GET/],
    ])("%s %s: a clear problem", async (method, path, body, status, detail) => {
      const answer = await ask(method, path, body);
      expect(answer.status).toBe(status);
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      expect((JSON.parse(answer.text) as { detail: string }).detail).toMatch(detail);
    });
  });
}
