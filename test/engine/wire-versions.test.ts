/** Runtimes that are replaced one after the other speak different versions of the wire for a while (durable/core/frame.ts). */
import { afterEach, expect, test, vi } from "vitest";
import { plain, RECEIVE } from "../conformance/plain-atoms.ts";
import { World } from "./engine-harness.ts";
import { wat } from "./wat.ts";

afterEach(() => vi.restoreAllMocks());

const SEND = `(import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))`;
/** Hands each message on to edge/b. */
const FORWARD = `(module ${SEND}
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 0) "edge/b")
  (func (export "invoke") (local $n i32)
    (local.set $n (call $receive (i64.const 0) (i32.const 64) (i32.const 64)))
    (drop (call $send (i32.const 0) (i32.const 6) (i32.const 64) (local.get $n)))))`;
/** Logs what it receives. */
const TELL = plain(
  ["log", "receive"],
  `(func (export "invoke") ${RECEIVE} (call $log (i32.const 2) (i32.const 64) (i32.const 1)))`,
);

test.each(["cloud", "edge"])(
  "with %s a version ahead nothing is lost: it waits, and the log says for what",
  async (ahead) => {
    const world = new World([
      { name: "cloud/a", module: wat(FORWARD) },
      { name: "edge/b", module: wat(TELL) },
    ]);
    world.speak(ahead, 1);
    for (const payload of ["1", "2", "3"]) await world.send("cloud/a", payload);
    await world.advance(20_000);
    expect(world.logs("edge/b")).toEqual([]);
    expect(world.session("cloud/a").atom.peers.unacknowledged).toBe(3);
    expect(world.logs("cloud/a")).toEqual([
      expect.stringMatching(
        /^warn: edge\/b could not be reached and will be tried again: .*wire version \d; this runtime speaks \d/,
      ),
    ]);
    world.speak(ahead, 0);
    await world.advance(5_000);
    expect(world.logs("edge/b")).toEqual(["info: 1", "info: 2", "info: 3"]);
    expect(world.session("cloud/a").atom.peers.idle).toBe(true);
  },
);
