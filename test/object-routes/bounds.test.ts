/**
 * What an object refuses by itself. The frontend of its own runtime sends it none of this, but a runtime that no binding reaches asks the
 * objects directly, and is believed only what it says of its own atoms.
 */
import { beforeEach, expect, test } from "vitest";
import { FRAME_BODY_BYTES_MAX, KV_VALUE_BYTES_MAX } from "../../durable/core/limits.ts";
import { ISSUER_HEADER } from "../../durable/naming-rights.ts";
import { atomRouter } from "../../durable/object-routes/atom-router.ts";
import { PEER_HEADER } from "../../durable/transport/object-lane.ts";
import { SocketLane } from "../../durable/transport/socket-lane.ts";
import { plain } from "../conformance/plain-atoms.ts";
import { World } from "../engine/engine-harness.ts";
import { wat } from "../engine/wat.ts";

let world: World;
beforeEach(() => {
  world = new World([{ name: "a", module: wat(plain([], `(func (export "invoke"))`)) }]);
});

async function problemOf(method: string, route: string, init: RequestInit = {}): Promise<unknown> {
  const session = world.session("a");
  const sockets = new SocketLane(session.self, session, world.clock);
  const request = new Request(`http://atom${route}`, { method, ...init });
  const response = (await atomRouter().fetch(request, { session, sockets })) as Response;
  const { status, code } = await response.json<{ status: number; code: string }>();
  await world.settle();
  return { status, code };
}

test.each([
  ["a message", "POST", "/messages", FRAME_BODY_BYTES_MAX],
  ["a request", "POST", "/requests?timeout_ms=5", FRAME_BODY_BYTES_MAX],
  ["an interrupt", "POST", "/interrupts/1", FRAME_BODY_BYTES_MAX],
  ["a value", "PUT", "/kv/key", KV_VALUE_BYTES_MAX + 1],
])("%s that is larger than its row may be", async (_, method, route, bytes) => {
  const body = new Uint8Array(bytes);
  expect(await problemOf(method, route, { body })).toEqual({ status: 413, code: "TOO_LARGE" });
});

test.each(["never", "-1", "Infinity", "1e9"])("a request that waits %s ms", async (timeout) => {
  expect(await problemOf("POST", `/requests?timeout_ms=${timeout}`)).toEqual({ status: 400, code: "INVALID" });
});

test("a socket for a runtime that signs its requests: it could take the place of another one's atom", async () => {
  const headers = { [ISSUER_HEADER]: "edge", [PEER_HEADER]: "cloud/b" };
  expect(await problemOf("GET", "/socket", { headers })).toEqual({ status: 403, code: "DENIED" });
});
