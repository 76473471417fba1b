import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { encodeEnvelopes } from "../../durable/core/envelope.ts";
import { decodeBatch, encodeBatch, type Batch, type Frame } from "../../durable/core/frame.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { triggerResponse } from "../../durable/object-routes/answers.ts";
import { ask, atomStub, call, eventually, kvText, peerStub, triggerStub } from "./objects.ts";

interface State {
  readonly state: string;
  readonly reason: string | null;
  readonly deadLetters: number;
  readonly mailbox: { readonly messages: number };
  readonly aliases: Record<string, string[]>;
  readonly lastTrap: { readonly text: string } | null;
}

const stateOf = async (atom: string) => (await call(atomStub(atom), "GET", "/state")).json<State>();

describe("requests and messages", () => {
  test("a request is answered with the reply's bytes", async () => {
    const response = await call(atomStub("echo"), "POST", "/requests", "hello");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(new TextDecoder().decode(await response.arrayBuffer())).toBe("hello");
  });

  test("an atom's request reaches another atom's object and comes back", async () => {
    expect(await ask("relay", "over the lane")).toBe("over the lane");
  });

  test("an accepted message survives the eviction of the object and is handled", async () => {
    expect((await call(atomStub("kept"), "POST", "/messages", "kept")).status).toBe(202);
    await evictDurableObject(atomStub("kept"));
    const handled = await eventually(
      () => kvText("kept", "last"),
      (value) => value !== undefined,
    );
    expect(handled).toBe("kept");
  });

  test("a crash between two turns of one invoke delivers the message again, its attempt raised", async () => {
    expect((await call(atomStub("interrupted"), "POST", "/messages", "x")).status).toBe(202);
    expect(
      await eventually(
        () => kvText("interrupted", "started"),
        (value) => value === "1",
      ),
    ).toBe("1");
    await abortAllDurableObjects();
    await call(atomStub("interrupted"), "POST", "/start");
    expect(
      await eventually(
        () => kvText("interrupted", "done"),
        (value) => value === "1",
      ),
    ).toBe("1");
    expect(await kvText("interrupted", "started")).toBe("2");
    expect(await kvText("interrupted", "attempt")).toBe("2");
    expect((await stateOf("interrupted")).mailbox.messages).toBe(0);
  });

  test("the alarm brings a forgotten object back to work off its mailbox", async () => {
    expect((await call(atomStub("forgotten"), "POST", "/messages", "x")).status).toBe(202);
    await abortAllDurableObjects();
    expect(await runDurableObjectAlarm(atomStub("forgotten"))).toBe(true);
    expect(
      await eventually(
        () => kvText("forgotten", "done"),
        (value) => value === "1",
      ),
    ).toBe("1");
  });

  test("a repeated Idempotency-Key gets the first answer, over an eviction too", async () => {
    const post = (text: string) => call(atomStub("keyed"), "POST", "/requests", text, { "idempotency-key": "k" });
    const text = async (response: Response) => new TextDecoder().decode(await response.arrayBuffer());
    expect(await text(await post("first"))).toBe("first");
    expect(await text(await post("second"))).toBe("first");
    await evictDurableObject(atomStub("keyed"));
    expect(await text(await post("third"))).toBe("first");
    expect(await kvText("keyed", "last")).toBe("first");
  });
});

test("a key may be called as the route of loading is", async () => {
  const key = (method: string, body?: string) => call(atomStub("key-loaded"), method, "/kv/loaded", body);
  expect((await key("PUT", "value")).status).toBe(204);
  expect(await kvText("key-loaded", "loaded")).toBe("value");
  expect((await key("DELETE")).status).toBe(204);
  expect(await kvText("key-loaded", "loaded")).toBeUndefined();
});

describe("HTTP triggers", () => {
  const trigger = async (atom: string, body: string): Promise<Response> => {
    const head = new TextEncoder().encode(JSON.stringify({ method: "POST", url: "http://x/echo", headers: [] }));
    return triggerResponse(await triggerStub(atom).trigger(head, new TextEncoder().encode(body), undefined));
  };

  test("a plain reply is a 200 of text", async () => {
    const response = await trigger("triggered", "hi");
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "text/plain; charset=utf-8",
      "hi",
    ]);
  });

  test("a request that traps the atom as often as it may is a 502 with the wasm stack, and a dead letter", async () => {
    const response = await trigger("trapped", "!");
    expect(response.status).toBe(502);
    const { code, detail } = await response.json<{ code: string; detail: string }>();
    expect(code).toBe("REMOTE");
    expect(detail).toMatch(/unreachable[\s\S]*wasm-function/);
    const { deadLetters } = await (
      await call(atomStub("trapped"), "GET", "/dead-letters")
    ).json<{
      deadLetters: { id: number; kind: string; payload: string; reason: string }[];
    }>();
    expect(deadLetters).toMatchObject([{ id: 1, kind: "http", payload: "!" }]);
    expect((await call(atomStub("trapped"), "POST", "/dead-letters/1/redeliver")).status).toBe(202);
    expect((await call(atomStub("trapped"), "DELETE", "/dead-letters/1")).status).toBe(404);
    const again = await eventually(
      () => stateOf("trapped"),
      ({ deadLetters: count }) => count === 1,
    );
    expect(again.deadLetters).toBe(1);
    expect((await call(atomStub("trapped"), "DELETE", "/dead-letters/2")).status).toBe(204);
    expect((await stateOf("trapped")).deadLetters).toBe(0);
  });
});

describe("frames", () => {
  const frame = (to: string, first: number, texts: string[]): Frame => ({
    from: "main/relay" as GlobalName,
    to: `main/${to}` as GlobalName,
    channel: "mail",
    fromEpoch: 1,
    toEpoch: 0,
    base: 1,
    first,
    count: texts.length,
    body: encodeEnvelopes(texts.map((text) => ({ kind: "message", payload: new TextEncoder().encode(text) }))),
  });
  test("the answer to a batch has a buffer with nothing else in it", async () => {
    for (const to of ["repeated", "nobody"]) {
      const answer = await peerStub(to).exchange(encodeBatch({ frames: [], acks: [] }));
      expect(answer.buffer.byteLength).toBe(answer.length);
    }
  });

  const exchange = async (to: string, first: number, texts: string[]): Promise<Batch> => {
    const frames = [frame(to, first, texts)];
    return decodeBatch(await peerStub(to).exchange(encodeBatch({ frames, acks: [] })));
  };
  const consumed = async (atom: string) =>
    ((await stateOf(atom)) as unknown as { counters: { consumed: number } }).counters.consumed;

  test("a repeated frame is acknowledged again and delivered once", async () => {
    expect((await exchange("repeated", 1, ["a", "b"])).acks).toMatchObject([{ next: 3, status: "ok" }]);
    expect((await exchange("repeated", 1, ["a", "b"])).acks).toMatchObject([{ next: 3, status: "ok" }]);
    expect(await consumed("repeated")).toBe(2);
  });

  test("a frame ahead of its turn waits, and order is restored", async () => {
    expect((await exchange("ahead", 2, ["second"])).acks).toMatchObject([{ next: 1 }]);
    expect(await kvText("ahead", "last")).toBeUndefined();
    expect((await exchange("ahead", 1, ["first"])).acks).toMatchObject([{ next: 3 }]);
    expect(await kvText("ahead", "last")).toBe("second");
  });

  test("an acknowledged frame is still known after an eviction", async () => {
    await exchange("evicted", 1, ["a"]);
    await evictDurableObject(atomStub("evicted"));
    expect((await exchange("evicted", 1, ["a"])).acks).toMatchObject([{ next: 2, status: "ok" }]);
    expect(await consumed("evicted")).toBe(0);
  });

  test("a socket carries batches both ways, and a message that came by it is acknowledged by it", async () => {
    const peer = { upgrade: "websocket", "x-radon-peer": "main/relay" };
    const { webSocket } = await call(atomStub("socketed"), "GET", "/socket", undefined, peer);
    if (!webSocket) throw new Error("The object opened no socket.");
    webSocket.accept();
    webSocket.binaryType = "arraybuffer";
    const answer = new Promise<Batch>((resolve) => {
      webSocket.addEventListener("message", ({ data }) => resolve(decodeBatch(new Uint8Array(data as ArrayBuffer))));
    });
    webSocket.send(encodeBatch({ frames: [frame("socketed", 1, ["a", "b"])], acks: [] }));
    expect((await answer).acks).toMatchObject([{ next: 3, status: "ok" }]);
    expect(await kvText("socketed", "last")).toBe("b");
    webSocket.close(1000);
  });

  test("a batch that cannot be read closes its socket, and what is sent again by another way is taken", async () => {
    const peer = { upgrade: "websocket", "x-radon-peer": "main/relay" };
    const { webSocket } = await call(atomStub("unreadable"), "GET", "/socket", undefined, peer);
    if (!webSocket) throw new Error("The object opened no socket.");
    webSocket.accept();
    const closed = new Promise<string>((resolve) => {
      webSocket.addEventListener("close", ({ reason }) => resolve(reason));
    });
    const odd = { ...frame("unreadable", 1, ["a"]), body: Uint8Array.of(99) };
    webSocket.send(encodeBatch({ frames: [odd], acks: [] }));
    expect(await closed).toBe("A batch could not be read.");
    expect((await exchange("unreadable", 1, ["a"])).acks).toMatchObject([{ next: 2, status: "ok" }]);
    expect(await kvText("unreadable", "last")).toBe("a");
    const { lines } = await (await call(atomStub("unreadable"), "GET", "/logs")).json<{ lines: { text: string }[] }>();
    expect(lines.map(({ text }) => text)).toContainEqual(
      expect.stringContaining("A batch of main/relay cannot be read"),
    );
  });

  test("a socket whose opener does not say which atom it is is refused", async () => {
    const nameless = { upgrade: "websocket", "x-radon-peer": "relay" };
    expect((await call(atomStub("socketed"), "GET", "/socket", undefined, nameless)).status).toBe(400);
  });

  test("frames for an atom that the application does not have are answered as unknown", async () => {
    expect((await exchange("nobody", 1, ["a"])).acks).toMatchObject([{ status: "unknown", toEpoch: 1 }]);
    expect((await call(atomStub("nobody"), "GET", "/state")).status).toBe(404);
  });
});

describe("daemons", () => {
  const n = () => kvText("ticker", "n");

  test("a daemon runs from its start, an interrupt runs while it sleeps, and its log tells", async () => {
    await call(atomStub("ticker"), "POST", "/start");
    expect(await eventually(n, (value) => (value ?? "") >= "3")).toMatch(/[3-9]/);
    expect((await stateOf("ticker")).state).toBe("running");
    expect((await call(atomStub("ticker"), "POST", "/interrupts/1")).status).toBe(202);
    expect(await eventually(n, (value) => (value ?? "") >= "a")).toMatch(/[a-z]/);
    const { lines } = await (await call(atomStub("ticker"), "GET", "/logs")).json<{ lines: { text: string }[] }>();
    expect(lines.map(({ text }) => text)).toContain("reset");
    await abortAllDurableObjects();
  });

  test("the watchdog alarm starts a daemon again after a crash", async () => {
    await call(atomStub("ticker"), "POST", "/start");
    await eventually(n, (value) => (value ?? "") >= "2");
    await abortAllDurableObjects();
    expect(await runDurableObjectAlarm(atomStub("ticker"))).toBe(true);
    const before = (await n()) ?? "";
    expect((await eventually(n, (value) => (value ?? "") > before)) ?? "").not.toBe(before);
    await abortAllDurableObjects();
  });

  test("a restart ends the instance and starts another", async () => {
    await call(atomStub("ticker"), "POST", "/start");
    expect((await call(atomStub("ticker"), "POST", "/restart")).status).toBe(202);
    const before = (await n()) ?? "";
    await eventually(n, (value) => (value ?? "") > before);
    expect(await stateOf("ticker")).toMatchObject({ state: "running", lastTrap: null });
    await abortAllDurableObjects();
  });
});

describe("configuration", () => {
  test("an ungranted capability fails the load with a sentence, and requests fail at once", async () => {
    const response = await call(atomStub("denied"), "POST", "/requests", "x");
    expect(response.status).toBe(503);
    expect((await response.json<{ detail: string }>()).detail).toContain('the capability "kv" is not granted');
    expect(await stateOf("denied")).toMatchObject({ state: "failed" });
  });

  test("configured aliases are told", async () => {
    expect((await stateOf("echo")).aliases).toEqual({ topic: ["parrots"] });
  });
});

describe("the key-value store from outside", () => {
  test("keys are bytes: they come and go by their escapes, and page in their order", async () => {
    const stub = atomStub("stored");
    for (const key of ["b", "a%2Fb", "%FF", "a"])
      expect((await call(stub, "PUT", `/kv/${key}`, `=${key}`)).status).toBe(204);
    expect(await kvText("stored", "%FF")).toBe("=%FF");
    const held = await (await call(stub, "GET", "/storage")).json<{ kv: object; deadLetters: number }>();
    expect(held).toMatchObject({
      kv: { keys: 4, bytes: 20, complete: true },
      mailbox: { messages: 0, bytes: 0 },
      deadLetters: 0,
    });
    const first = await (await call(stub, "GET", "/kv?limit=3")).json<{ entries: { key: string }[]; cursor: string }>();
    expect(first.entries.map(({ key }) => key)).toEqual(["a", "a/b", "b"]);
    const rest = await (await call(stub, "GET", `/kv?limit=3&cursor=${first.cursor}`)).json();
    expect(rest).toMatchObject({ entries: [{ path: "%FF", keyEncoding: "base64" }], cursor: null });
    expect(await (await call(stub, "GET", "/kv?prefix=a%2F")).json()).toMatchObject({ entries: [{ key: "a/b" }] });
    expect((await call(stub, "DELETE", "/kv/b")).status).toBe(204);
    expect((await call(stub, "DELETE", "/kv/b")).status).toBe(404);
    expect((await call(stub, "GET", "/kv/%F")).status).toBe(400);
  });
});

test("the log streams as server-sent events", async () => {
  const stub = atomStub("logged");
  const response = await call(stub, "GET", "/logs", undefined, { accept: "text/event-stream" });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  void call(stub, "POST", "/messages", "!");
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toMatch(/^id: 1\ndata: \{.*"level":"error".*unreachable/);
  await reader.cancel();
});
