/** What an acknowledgement costs its receiver, and what leaves nothing: no commit, no turn of the event loop. */
import { expect, test, vi } from "vitest";
import { ACK_DELAY_MS, LAZY_COMMIT_MS } from "../../durable/core/limits.ts";
import { plain, RECEIVE } from "../conformance/plain-atoms.ts";
import { World } from "./engine-harness.ts";
import { wat } from "./wat.ts";

const ECHO = plain(["receive", "reply"], `(func (export "invoke") ${RECEIVE} ${reply()})`);
/** Asks `b` for each request, and answers when `b` has. */
const ASKER = plain(
  ["receive", "reply"],
  `(data (i32.const 32) "b") (func (export "invoke") ${RECEIVE}
    (drop (call $await (call $request (i32.const 32) (i32.const 1) (i32.const 64) (i32.const 4) (i64.const -1))
      (i64.const -1) (i32.const 64) (i32.const 64)))
    ${reply()})`,
).replace(
  "(module",
  `(module (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
    (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))`,
);

function reply(): string {
  return `(drop (call $reply (i32.const 64) (i32.const 4)))`;
}

test("an acknowledgement that comes alone is answered at once, and waits for another commit", async () => {
  const world = new World([
    { name: "a", module: wat(ASKER) },
    { name: "b", module: wat(ECHO) },
  ]);
  await world.ask("a", "ping");
  const { atom } = world.session("b");
  expect(atom.peers.unacknowledged).toBe(1);
  const { commits } = atom.counters;
  await world.advance(ACK_DELAY_MS);
  expect([atom.peers.unacknowledged, atom.counters.commits]).toEqual([0, commits]);
  await world.advance(LAZY_COMMIT_MS);
  expect(atom.counters.commits).toBe(commits + 1);
});

test("an atom from which nothing leaves asks for no turn of the event loop", async () => {
  const world = new World([{ name: "b", module: wat(ECHO) }]);
  const breathe = vi.spyOn(world.clock, "breathe");
  for (let count = 0; count < 3; count += 1) await world.ask("b", "ping");
  expect(breathe).not.toHaveBeenCalled();
});
