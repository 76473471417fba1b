import { evictDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { encodeEnvelopes } from "../../durable/core/envelope.ts";
import { decodeBatch, encodeBatch, type Frame } from "../../durable/core/frame.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { connectEdge, edgeAtom, signedAtom, signedNaming, type Way } from "./edge-runtime.ts";
import { atomStub, kvText } from "./objects.ts";

const frame = (from: GlobalName, to: string, text: string): Frame => ({
  ...{ from, to: `main/${to}` as GlobalName, channel: "mail", fromEpoch: 1, toEpoch: 0, base: 1, first: 1, count: 1 },
  body: encodeEnvelopes([{ kind: "message", payload: new TextEncoder().encode(text) }]),
});
const batchTo = (to: string, from = edgeAtom("asker")) => encodeBatch({ frames: [frame(from, to, "a")], acks: [] });
const post = (text: string): RequestInit => ({ method: "POST", body: text });
const bytesOf = async (response: Response) => new TextDecoder().decode(await response.arrayBuffer());
let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => void warnings.push(text));
});
afterEach(() => vi.restoreAllMocks());

/** Connects by a way that keeps every request, as a proxy with a log would. */
function record(): { readonly requests: Request[]; replay: (index: number) => Promise<Response> } {
  const requests: Request[] = [];
  let go: Parameters<Way>[1] | undefined;
  connectEdge((request, pass) => {
    go = pass;
    requests.push(request.clone());
    return pass(request);
  });
  return { requests, replay: async (index) => (go as Parameters<Way>[1])((requests[index] as Request).clone()) };
}

describe("a request that another runtime signed", () => {
  test("reaches the atom: what is asked of it, and the state that is told of it", async () => {
    connectEdge();
    const reply = await signedAtom("echo").fetch("http://atom/requests", post("hello"));
    expect([reply.status, await bytesOf(reply)]).toEqual([200, "hello"]);
    const state = await signedAtom("echo").fetch("http://atom/state");
    expect(await state.json()).toMatchObject({ name: "main/echo" });
    expect((await signedAtom("echo").fetch("http://atom/kv/nothing")).status).toBe(404);
  });

  test("triggers the atom, and the response comes back as the atom made it", async () => {
    connectEdge();
    const head = new TextEncoder().encode(JSON.stringify({ method: "POST", url: "http://x/echo", headers: [] }));
    const response = await signedAtom("echo").trigger(head, new TextEncoder().encode("hi"), undefined);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "text/plain; charset=utf-8",
      "hi",
    ]);
  });

  test("is refused when it comes again, also by a later life of the object", async () => {
    const { replay } = record();
    await signedAtom("replayed").exchange(batchTo("replayed"));
    expect([(await replay(0)).status, (await (await replay(0)).json<{ code: string }>()).code]).toEqual([
      409,
      "REPLAYED",
    ]);
    await evictDurableObject(atomStub("replayed"));
    expect((await replay(0)).status).toBe(409);
    await signedAtom("replayed").fetch("http://atom/messages", post("second"));
    expect((await replay(1)).status).toBe(409);
    expect(await kvText("replayed", "last")).toBe("second");
    expect(warnings).toEqual([expect.stringContaining("(REPLAYED)")]);
  });

  test("with another key is refused, nothing of it is done, and both sides are told why", async () => {
    connectEdge();
    const wrong = signedAtom("laned", ["wrong"]).exchange(batchTo("laned"));
    await expect(wrong).rejects.toThrow(
      /Runtime main at https:\/\/main.test: Runtime main does not have the key wrong/,
    );
    expect(warnings).toEqual([expect.stringContaining("(UNKNOWN_KEY)")]);
    expect(await kvText("laned", "last")).toBeUndefined();
  });

  test("signs with the older key as long as the other side does not have the new one", async () => {
    const { requests } = record();
    const reply = await signedAtom("echo", ["k3", "k2"]).fetch("http://atom/requests", post("still"));
    expect(await bytesOf(reply)).toBe("still");
    expect(requests).toHaveLength(2);
    await signedAtom("echo", ["k3", "k2"]).fetch("http://atom/requests", post("again"));
    expect(requests).toHaveLength(3);
  });

  test.each<[string, Way, string]>([
    [
      "body",
      async (request, pass) => pass(new Request(request, { method: "POST", body: new Uint8Array(9) })),
      "is not the one that edge",
    ],
    [
      "path",
      async (request, pass) => pass(new Request(request.url.replace("/echo/", "/slow/"), request)),
      "edge signed",
    ],
  ])("whose %s was changed on its way is refused", async (_, way, reason) => {
    connectEdge(way);
    await expect(signedAtom("echo").fetch("http://atom/messages", post("x"))).rejects.toThrow(reason);
  });

  test("speaks for atoms of its own runtime only, and to the atom that it asks for", async () => {
    connectEdge();
    const foreign = signedAtom("laned").exchange(batchTo("laned", "main/relay" as GlobalName));
    await expect(foreign).rejects.toThrow("Runtime edge speaks for main/relay");
    await expect(signedAtom("laned").exchange(batchTo("echo"))).rejects.toThrow(
      "A batch for main/echo came to main/laned",
    );
  });

  test("loads no module: that would be more than to speak for its own atoms", async () => {
    connectEdge();
    for (const method of ["PUT", "DELETE"]) {
      const answer = await signedAtom("echo").fetch("http://atom/loaded", { method });
      expect([answer.status, (await answer.json<{ detail: string }>()).detail]).toEqual([
        403,
        expect.stringContaining("edge may not load atoms into runtime main"),
      ]);
    }
  });

  test("opens no sockets and no streams, and is told where to ask for them", async () => {
    connectEdge();
    const logs = await signedAtom("echo").fetch("http://atom/logs", { headers: { accept: "text/event-stream" } });
    expect([logs.status, (await logs.json<{ detail: string }>()).detail]).toEqual([
      501,
      "No binding reaches runtime main, and a stream is not passed on: ask it at https://main.test.",
    ]);
  });
});

describe("an answer", () => {
  const changed: Way = async (request, pass) => {
    const { headers, status } = await pass(request);
    return new Response(encodeBatch({ frames: [], acks: [] }), { headers, status });
  };
  const unsigned: Way = async () => new Response("<html>Welcome</html>");
  const ofAnother: Way = async (request, pass) => {
    const stolen = signedAnswer;
    signedAnswer = await pass(request);
    return stolen ?? signedAnswer.clone();
  };
  let signedAnswer: Response | undefined;

  test.each([
    ["that was changed", changed, "changed or mixed up"],
    ["that is not signed", unsigned, "is not signed"],
  ])("%s acknowledges nothing", async (_, way, reason) => {
    connectEdge(way);
    await expect(signedAtom("laned").exchange(batchTo("laned"))).rejects.toThrow(reason);
  });

  test("to another request acknowledges nothing", async () => {
    connectEdge(ofAnother);
    await signedAtom("laned").exchange(batchTo("laned"));
    await expect(signedAtom("laned").exchange(batchTo("laned"))).rejects.toThrow("changed or mixed up");
  });

  test("that is signed is taken", async () => {
    connectEdge();
    const answer = decodeBatch(await signedAtom("laned").exchange(batchTo("laned")));
    expect(answer.acks).toMatchObject([{ status: "ok", next: 2 }]);
  });
});

describe("naming, asked by another runtime", () => {
  const record = (runtime: string) => ({ runtime, identity: "an edge", tags: [], revision: 1, atoms: [] });

  test("takes what that runtime says of itself, and nothing that it says of others", async () => {
    connectEdge();
    const register = (runtime: string) =>
      signedNaming().fetch("http://naming/register", post(JSON.stringify(record(runtime))));
    expect((await register("edge")).status).toBe(200);
    const other = await register("main");
    expect([other.status, (await other.json<{ detail: string }>()).detail]).toEqual([
      403,
      "Runtime edge speaks for runtime main: each may speak for itself only.",
    ]);
  });

  test("tells what it has, and does not what only its own runtime may ask", async () => {
    connectEdge();
    expect((await signedNaming().fetch("http://naming/directory")).status).toBe(200);
    // By this the control API of another runtime finds out whether an atom was loaded here.
    const resolved = await signedNaming().fetch("http://naming/resolve", post('{"name":"main/echo"}'));
    expect([resolved.status, await resolved.json()]).toEqual([200, { name: "main/echo" }]);
    expect((await signedNaming().fetch("http://naming/aliases", post("{}"))).status).toBe(403);
    expect((await signedNaming().fetch("http://naming/changes", post("{}"))).status).toBe(403);
  });
});

test("nobody learns anything without a signature", async () => {
  const { requests } = record();
  await signedAtom("echo").fetch("http://atom/state");
  const [{ url }] = requests as [Request];
  connectEdge();
  const response = await fetch(url, post("x"));
  expect([response.status, (await response.json<{ code: string }>()).code]).toEqual([401, "UNSIGNED"]);
});
