/** An object that is about to be replaced lets those go who wait for its answers (durable/atom-session.ts). */
import { expect, test } from "vitest";
import { requestResponse } from "../../durable/object-routes/answers.ts";
import { plain, RECEIVE, worldOf } from "../conformance/plain-atoms.ts";

const SLOW = plain(
  ["receive", "sleep", "reply"],
  `(func (export "invoke") ${RECEIVE}
    (drop (call $sleep (i64.const 10000)))
    (drop (call $reply (i32.const 64) (i32.const 2))))`,
);
const request = (id: number) => ({ kind: "request", id, chain: [], payload: Buffer.from("ok") }) as const;

test("who waits is told at once, its message stays, and a repetition with its key gets the answer", async () => {
  const world = await worldOf(SLOW);
  const waiting = world.session("a").ask(request, 30_000, "key");
  await world.settle();
  world.session("a").release();
  const response = requestResponse(await waiting);
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await response.json()).toMatchObject({
    code: "CLOSED",
    detail: expect.stringMatching(/handled all the same/),
  });
  await world.evict("a");
  const answer = await world.until(world.session("a").ask(request, 30_000, "key"));
  expect(new TextDecoder().decode(await requestResponse(answer).arrayBuffer())).toBe("ok");
  expect(world.session("a").atom.counters).toMatchObject({ received: 1, consumed: 1 });
});

test("who comes shortly after is accepted, durably, and told the same; later ones are served again", async () => {
  const world = await worldOf(SLOW);
  world.session("a").release();
  expect(await world.until(world.session("a").ask(request, 30_000))).toMatchObject({ kind: "released" });
  await world.evict("a");
  expect(world.session("a").atom.mailbox.count).toBe(1);
  world.session("a").release();
  await world.advance(2_000);
  expect(await world.until(world.session("a").ask(request, 30_000))).toMatchObject({ kind: "answered" });
});

test("of a volatile atom nothing is promised", async () => {
  const world = await worldOf(SLOW, { durability: "volatile" });
  const waiting = world.session("a").ask(request, 30_000);
  world.session("a").release();
  expect(await waiting).toMatchObject({ kind: "released", reason: expect.stringMatching(/may be lost/) });
});
