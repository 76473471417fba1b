/** A reactive atom's messages are handled in one go (durable/engine/trampoline.wat), each as if it had come alone. */
import { expect, test } from "vitest";
import { utf8 } from "../../durable/core/bytes.ts";
import { SLICE_TURNS_MAX } from "../../durable/core/limits.ts";
import { plain, RECEIVE } from "../conformance/plain-atoms.ts";
import { World } from "./engine-harness.ts";
import { wat } from "./wat.ts";

/** Logs the first byte of each message, after what `then` does. */
const logging = (then = "") => `(func (export "invoke") ${RECEIVE} ${then}
  (call $log (i32.const 2) (i32.const 64) (i32.const 1)))`;
const FIRST_IS = (letter: string, code: string) =>
  `(if (i32.eq (i32.load8_u (i32.const 64)) (i32.const ${letter.charCodeAt(0)})) (then ${code}))`;

/** A world of one atom, the letters of `messages` in its mailbox. */
function worldWith(messages: string, text: string): World {
  const world = new World([{ name: "a", module: wat(text), attemptsMax: 2 }]);
  for (const letter of messages) world.session("a").atom.deliver(() => ({ kind: "message", payload: utf8(letter) }));
  world.session("a").start();
  return world;
}

test("each message has an invoke of its own", async () => {
  const world = worldWith("xyz", plain(["receive", "log"], logging(`(i32.store (i32.const 64) (i32.const 0x21))`)));
  await world.settle();
  expect(world.logs("a")).toEqual(["info: !", "info: !", "info: !"]);
  expect(world.session("a").atom.counters).toMatchObject({ consumed: 3, commits: 2 });
});

test("a message that is not received is consumed all the same", async () => {
  const world = worldWith(
    "xyz",
    plain(["log"], `(func (export "invoke") (call $log (i32.const 2) (i32.const 8) (i32.const 8)))`),
  );
  await world.settle();
  expect(world.logs("a")).toEqual(["info: invoke..", "info: invoke..", "info: invoke.."]);
  expect(world.session("a").atom.mailbox.empty).toBe(true);
});

test("a trap is the fault of the message that it happened at: those before stay done, those after wait", async () => {
  const world = worldWith("xtz", plain(["receive", "log"], logging(FIRST_IS("t", "unreachable"))));
  await world.settle();
  expect(world.logs("a").filter((line) => line.startsWith("info"))).toEqual(["info: x"]);
  await world.advance(10_000);
  expect(world.logs("a").filter((line) => line.startsWith("info"))).toEqual(["info: x", "info: z"]);
  const { atom } = world.session("a");
  expect(atom.deadLetters(0, 9).map(({ body }) => body.at(-1))).toEqual(["t".charCodeAt(0)]);
  expect(atom.counters.consumed).toBe(2);
});

test("a guest that catches a fault of the runtime's is not called for the next message", async () => {
  const wrong = `(drop (call $put (i32.const 65536) (i32.const 1) (i32.const 0) (i32.const 0)))`;
  const caught = `(block $out (try $t (do ${wrong}) (catch_all)))`;
  const world = worldWith("tx", plain(["receive", "log", "put"], logging(FIRST_IS("t", caught))));
  await world.settle();
  expect(world.logs("a").filter((line) => line === "info: x")).toEqual([]);
  expect(world.trapText("a")).toContain("leaves the atom's memory");
});

test("a callback that becomes due runs before the next message", async () => {
  const interruptSelf = `(import "radon:messaging" "interrupt"
    (func $interrupt (param i32 i32 i32 i32 i32) (result i32)))`;
  const body = `(data (i32.const 32) "a")
    (func (export "radon_callback") (param i32 i32 i32) (call $log (i32.const 2) (i32.const 0) (i32.const 8)))
    ${logging(`(drop (call $on (i32.const 1) (i32.const 1)))
      (drop (call $interrupt (i32.const 32) (i32.const 1) (i32.const 1) (i32.const 0) (i32.const 0)))`)}`;
  const text = plain(["receive", "log", "on"], body).replace("(module", `(module ${interruptSelf}`);
  const world = worldWith("xy", text);
  await world.settle();
  expect(world.logs("a")).toEqual(["info: x", "info: initials", "info: y", "info: initials"]);
});

test("a restart ends the batch: the rest is for the new instance", async () => {
  const body = `(global $count (mut i32) (i32.const 0x30))
    (func (export "invoke") ${RECEIVE}
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (i32.store (i32.const 65) (global.get $count))
      ${FIRST_IS("s", "(drop (call $sleep (i64.const 5)))")}
      (call $log (i32.const 2) (i32.const 64) (i32.const 2)))`;
  const world = worldWith("xsyz", plain(["receive", "sleep", "log"], body));
  await world.settle();
  world.session("a").restart();
  await world.settle();
  expect(world.logs("a")).toEqual(["info: x1", "info: s2", "info: y1", "info: z2"]);
});

test("a long mailbox is worked off in slices: the event loop turns, and what is done becomes durable", async () => {
  // Two turns each.
  const count = SLICE_TURNS_MAX / 2 + 100;
  const world = worldWith("x".repeat(count), plain(["receive"], `(func (export "invoke") ${RECEIVE})`));
  const { counters } = world.session("a").atom;
  await new Promise((resolve) => setImmediate(resolve));
  expect(counters.consumed).toBeGreaterThan(0);
  expect(counters.consumed).toBeLessThan(count);
  await world.settle();
  expect(counters.consumed).toBe(count);
});

test("the platform is told of a loop that waits, and not of one that ends within its event", async () => {
  const atOnce = worldWith("x", plain(["receive", "log"], logging()));
  await atOnce.settle();
  expect([atOnce.logs("a").length, atOnce.kept]).toEqual([1, 0]);
  const sleeping = worldWith("x", plain(["receive", "log", "sleep"], logging(`(drop (call $sleep (i64.const 5)))`)));
  await sleeping.settle();
  expect(sleeping.kept).toBe(1);
  await sleeping.advance(5);
  expect([sleeping.logs("a").length, sleeping.kept]).toEqual([1, 1]);
});
