/** docs/abi.md, sections 2 and 6: what becomes of an atom after a trap, wherever it was, and of what it was working on. */
import { describe, expect, test } from "vitest";
import { utf8 } from "../../durable/core/bytes.ts";
import { shownAnswer, type World } from "../engine/engine-harness.ts";
import { plain, RECEIVE, worldOf } from "./plain-atoms.ts";
import { call, program, Stage, trap } from "./puppet.ts";

function letters(world: World, name: string): string[] {
  return world
    .session(name)
    .atom.deadLetters(0, 100)
    .map(({ reason }) => reason);
}

describe("a trap in a callback while the atom is at rest", () => {
  test("of a future blames nobody: the atom starts again and serves the next message", async () => {
    const stage = new Stage({ name: "p", attemptsMax: 1 });
    const timer = call("future.timer", 10);
    await stage.tell("p", timer, call("future.on_complete", timer, program(trap())));
    await stage.advance(20);
    expect(stage.trapText("p")).toContain("unreachable");
    expect([letters(stage, "p"), stage.session("p").runner.state]).toEqual([[], "backoff"]);
    expect(await stage.request("p", call("messaging.reply", "well"))).toBe("well");
  });

  test("of an interrupt blames the interrupt, which nobody listens to any more in the next instance", async () => {
    const stage = new Stage({ name: "p", attemptsMax: 3 });
    await stage.tell("p", call("interrupt.on", 1, program(trap())));
    await stage.interrupt("p", 1);
    expect(stage.session("p").atom.supervisor.restarts).toBe(1);
    expect(await stage.request("p", call("messaging.reply", "well"))).toBe("well");
    expect([letters(stage, "p"), stage.session("p").atom.counters.droppedInterrupts]).toEqual([[], 1]);
  });
});

describe("an initialization that traps", () => {
  const INIT = `(if (i32.lt_s (call $get (i32.const 0) (i32.const 1) (i32.const 16) (i32.const 8)) (i32.const 0)) (then unreachable))`;
  const module = plain(
    ["receive", "reply", "get"],
    `(func $initialize (export "_initialize") ${INIT})
    (func (export "invoke") ${RECEIVE} (drop (call $reply (i32.const 64) (i32.const 2))))`,
  );

  test("is tried `attempts` times with backoff; then who asks is refused with the trap, and messages wait", async () => {
    const world = await worldOf(module, { attemptsMax: 3 });
    await world.send("a", "waits");
    expect(shownAnswer(await world.ask("a", "ok"))).toMatch(
      /^CLOSED: Its initialization trapped 3 times.*\n.*initialize/,
    );
    expect([world.session("a").runner.state, letters(world, "a")]).toEqual(["failed", []]);
    expect(world.session("a").atom.mailbox.count).toBe(1);
  });

  test("serves what waited, in order, once it is mended and restarted", async () => {
    const world = await worldOf(module, { attemptsMax: 2 });
    await world.send("a", "first");
    await world.ask("a", "ok");
    world.session("a").atom.putFromOutside("i", utf8("there"));
    world.session("a").restart();
    await world.settle();
    expect(world.session("a").atom.counters.consumed).toBe(2);
    expect(shownAnswer(await world.ask("a", "ok"))).toBe("ok");
    expect(world.session("a").atom.mailbox.empty).toBe(true);
  });

  test("of a daemon is tried for ever, ever more slowly", async () => {
    const world = await worldOf(module, { kind: "daemon", attemptsMax: 2 });
    await world.advance(60_000);
    const { restarts } = world.session("a").atom.supervisor;
    await world.advance(60_000);
    expect(world.session("a").atom.supervisor.restarts - restarts).toBe(2);
    world.session("a").atom.putFromOutside("i", utf8("there"));
    await world.advance(30_000);
    expect(world.session("a").runner.state).toBe("running");
  });
});

describe("a poison message", () => {
  test("goes alone: those before and behind it are handled, each once", async () => {
    const stage = new Stage({ name: "p", attemptsMax: 3 });
    const put = (key: string) => stage.script("p", call("kv.put", key, "1"));
    const sent = [put("before"), stage.script("p", call("kv.put", "poison", "1"), trap()), put("behind")];
    for (const payload of sent) void stage.session("p").submit(() => ({ kind: "message", payload }));
    await stage.advance(1_000);
    expect(stage.kv("p")).toEqual({ before: "1", behind: "1" });
    expect(letters(stage, "p")).toEqual([
      expect.stringMatching(/^It trapped the atom 3 times\. The last trap: RuntimeError/),
    ]);
    expect(stage.session("p").atom.counters.consumed).toBe(2);
  });

  test("counts its traps over evictions of the object", async () => {
    const stage = new Stage({ name: "p", attemptsMax: 3 });
    await stage.tell("p", trap());
    await stage.evict("p");
    expect(letters(stage, "p")).toEqual([]);
    await stage.evict("p");
    expect(letters(stage, "p")).toHaveLength(1);
  });

  test("that is delivered once more has its attempts again, and goes again", async () => {
    const stage = new Stage({ name: "p", attemptsMax: 2 });
    await stage.tell("p", trap());
    await stage.advance(1_000);
    const { atom } = stage.session("p");
    const [letter] = atom.deadLetters(0, 1);
    expect(letter && atom.redeliver(letter)).toBeUndefined();
    stage.session("p").wake();
    await stage.advance(1_000);
    expect(atom.supervisor.restarts).toBe(4);
    expect(atom.deadLetters(0, 10)).toMatchObject([{ id: (letter?.id ?? 0) + 1 }]);
  });
});
