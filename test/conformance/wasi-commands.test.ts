/** docs/abi.md, sections 5 and 6: commands (`_start`) of reactive atoms, which serve their messages by their streams. */
import { describe, expect, test } from "vitest";
import { shownAnswer } from "../engine/engine-harness.ts";
import { worldOf } from "./plain-atoms.ts";

const WASI = `
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $fd_fdstat_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;
const RADON = `
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "kind" (func $kind (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:messaging" "reply_token" (func $token (result i64)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))`;

/** A program with the words `one two`, a line break and `oops!` in its memory, a loop that copies stdin, and a sleep. */
const program = (body: string, imports = WASI + RADON) => `(module ${imports}
  (memory (export "memory") 2) (data (i32.const 16) "one two\\noops!") (global $runs (mut i32) (i32.const 0))
  ${
    imports.includes("fd_read")
      ? `(func $write (param $fd i32) (param $ptr i32) (param $length i32) (result i32)
    (i32.store (i32.const 0) (local.get $ptr)) (i32.store (i32.const 4) (local.get $length))
    (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
  (func $read (result i32)
    (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 5))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))) (i32.load (i32.const 8)))
  (func $cat (local $n i32)
    (loop $more (local.set $n (call $read))
      (if (local.get $n) (then (drop (call $write (i32.const 1) (i32.const 1024) (local.get $n))) (br $more)))))
  (func $sleep (i64.store (i32.const 88) (i64.const 1000000000)) (i32.store (i32.const 80) (i32.const 1))
    (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 8))))`
      : ""
  }
  (func (export "_start") ${body}))`;

const OUT = `(drop (call $write (i32.const 1) (i32.const 16) (i32.const 7)))`;
const ERR = `(drop (call $write (i32.const 2) (i32.const 24) (i32.const 5)))`;
const PUT = `(drop (call $put (i32.const 16) (i32.const 3) (i32.const 20) (i32.const 3)))`;
const RECEIVE = `(drop (call $receive (i64.const 0) (i32.const 1024) (i32.const 9)))`;
const REPLY = `(drop (call $reply (i32.const 24) (i32.const 5)))`;
const exit = (code: number) => `(call $exit (i32.const ${code}))`;

describe("§5 the message is stdin, stdout is the reply", () => {
  test("of a request: stdin is its payload, and then at its end", async () => {
    const world = await worldOf(program(`(call $cat) (call $cat)`));
    expect(shownAnswer(await world.ask("a", "a payload of some length"))).toBe("a payload of some length");
    expect(shownAnswer(await world.ask("a", ""))).toBe("");
    expect(world.logs("a")).toEqual([]);
  });

  test("exit code 0 is the same as a return, and what is no text comes as it is", async () => {
    const world = await worldOf(program(`(call $cat) ${exit(0)} unreachable`));
    const answer = await world.ask("a", new Uint8Array([0, 255, 10]));
    expect(answer.kind === "reply" && [...answer.payload]).toEqual([0, 255, 10]);
    expect(world.trapText("a")).toBe("");
  });

  test("of an HTTP request: a 200 with it", async () => {
    const world = await worldOf(program(`(call $cat)`));
    const head = { method: "POST", url: "https://example.org/", headers: [] };
    const answer = await world.http("a", head, "body");
    expect(answer.kind === "reply" && Buffer.from(answer.payload).toString()).toBe("body");
  });

  test("of a one-way message stdout is the log", async () => {
    const world = await worldOf(program(`(call $cat)`));
    await world.send("a", "a line\nand another");
    expect(world.logs("a")).toEqual(["info: a line", "info: and another"]);
    expect(world.session("a").atom.mailbox.count).toBe(0);
  });

  test("stdout is a terminal where it is the log, a pipe where it is the reply", async () => {
    const type = `(drop (call $fd_fdstat_get (i32.const 1) (i32.const 1024)))
      (i32.store8 (i32.const 1024) (i32.add (i32.const 48) (i32.load8_u (i32.const 1024))))
      (drop (call $write (i32.const 1) (i32.const 1024) (i32.const 1)))`;
    const world = await worldOf(program(type));
    expect(shownAnswer(await world.ask("a", ""))).toBe("0");
    await world.send("a", "");
    expect(world.logs("a")).toEqual(["info: 2"]);
  });

  test("stderr is the log, whatever becomes of stdout", async () => {
    const world = await worldOf(program(OUT + ERR));
    expect(shownAnswer(await world.ask("a", ""))).toBe("one two");
    expect(world.logs("a")).toEqual(["warn: oops!"]);
  });

  test("nothing of one run is left in the next, not even after a run that failed", async () => {
    const once = `(global.set $runs (i32.add (global.get $runs) (i32.const 1))) (drop (call $read))
      (i32.store8 (i32.const 512) (i32.add (i32.load8_u (i32.const 512)) (i32.add (global.get $runs) (i32.const 48))))
      (drop (call $write (i32.const 1) (i32.const 512) (i32.const 1)))
      (if (i32.eq (i32.load8_u (i32.const 1024)) (i32.const 33)) (then ${ERR} ${exit(1)}))`;
    const world = await worldOf(program(once));
    expect(shownAnswer(await world.ask("a", "input that is not read to its end"))).toBe("1");
    expect(shownAnswer(await world.ask("a", "!"))).toBe("REMOTE: The atom exited with code 1.\noops!");
    expect(shownAnswer(await world.ask("a", ""))).toBe("1");
  });

  test("an answer is committed with what the run did; what it did before it slept is committed then", async () => {
    const world = await worldOf(program(`${PUT} (call $sleep) (call $cat)`));
    const { answer } = await world.asking("a", "x");
    expect(world.kv("a")).toEqual({ one: "two" });
    expect(world.session("a").atom.mailbox.count).toBe(1);
    await world.advance(1_000);
    const submission = await answer;
    expect(submission.kind === "answered" && shownAnswer(submission.answer)).toBe("x");
  });

  test("a restart before it has ended hands the message to the next instance", async () => {
    const world = await worldOf(program(`(call $cat) (call $sleep) ${OUT}`));
    const { answer } = await world.asking("a", "once: ");
    world.session("a").restart();
    await world.advance(1_000);
    const submission = await answer;
    expect(submission.kind === "answered" && shownAnswer(submission.answer)).toBe("once: one two");
  });

  test("output past the largest payload is refused as it is written, and then there is no answer", async () => {
    const flood = `(local $left i32) (local.set $left (i32.const 18)) (loop $more
      (if (call $write (i32.const 1) (i32.const 0) (i32.const 65536)) (then ${ERR}))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))`;
    const world = await worldOf(program(flood));
    expect(shownAnswer(await world.ask("a", ""))).toContain("The output has more than 1048576 bytes");
    expect(world.logs("a").at(-1)).toMatch(/^warn: (oops!){2}$/);
    const all = await worldOf(program(flood.replace("i32.const 18", "i32.const 16")));
    const answer = await all.ask("a", "");
    expect(answer.kind === "reply" && answer.payload.length).toBe(1_048_576);
  });
});

describe("§5 another exit code than 0", () => {
  test("fails the request with the end of stderr, at once; what the turn did is dropped", async () => {
    const world = await worldOf(program(`${PUT} ${OUT} ${ERR} ${exit(2)}`));
    expect(shownAnswer(await world.ask("a", ""))).toBe("REMOTE: The atom exited with code 2.\noops!");
    expect(world.kv("a")).toEqual({});
    expect(world.trapText("a")).toBe("");
    expect(world.session("a").atom.mailbox.count).toBe(0);
    expect(world.logs("a")).toContain("info: one two");
  });

  test("so does one in a callback, which has taken its interrupt: that does not come again", async () => {
    const on = `(import "radon:interrupt" "on" (func $on (param i32 i32) (result i32)))`;
    const waiting = program(`(drop (call $on (i32.const 1) (i32.const 7))) (call $sleep)`, WASI + RADON + on);
    const callback = `(func (export "radon_callback") (param i32 i32 i32) ${ERR} ${exit(1)})`;
    const world = await worldOf(waiting.replace(/\)$/, `${callback})`));
    const { answer } = await world.asking("a", "");
    await world.interrupt("a", 1);
    const submission = await answer;
    expect(submission.kind === "answered" && shownAnswer(submission.answer)).toContain("oops!");
    expect(world.session("a").atom.counters).toMatchObject({ consumed: 2, droppedInterrupts: 0 });
  });

  test("without any stderr it is the code", async () => {
    const world = await worldOf(program(exit(1)));
    expect(shownAnswer(await world.ask("a", ""))).toBe("REMOTE: The atom exited with code 1.");
  });

  test("of a one-way message it is a trap: it comes again, and ends as a dead letter with the end of stderr", async () => {
    const world = await worldOf(program(ERR + exit(1)), { attemptsMax: 2 });
    await world.send("a", "x");
    expect(world.session("a").runner.state).toBe("backoff");
    await world.advance(1_000);
    expect(world.session("a").atom.deadLetterCount).toBe(1);
    expect(world.trapText("a")).toBe("The atom exited with code 1. (It said: oops!)");
  });

  test("a trap is a trap: the request comes again", async () => {
    const world = await worldOf(program(`${ERR} unreachable`), { attemptsMax: 2 });
    expect(shownAnswer(await world.ask("a", ""))).toMatch(/^REMOTE: RuntimeError: unreachable/);
    expect(world.logs("a").filter((line) => line === "warn: oops!")).toHaveLength(2);
  });
});

describe("§5 a command that uses radon:messaging", () => {
  test("has its message from the start, and an answer of its own wins over stdout, which is logged", async () => {
    const ofKind = `(if (i32.eq (call $kind) (i32.const 1)) (then ${OUT} ${REPLY}))`;
    const world = await worldOf(program(ofKind));
    expect(shownAnswer(await world.ask("a", ""))).toBe("oops!");
    expect(world.logs("a")).toEqual(["info: one two"]);
  });

  test("once it calls `receive`, stdout is its log, stdin is empty, and it has to reply itself", async () => {
    const world = await worldOf(program(`${OUT} ${RECEIVE} (call $cat)`));
    expect(shownAnswer(await world.ask("a", "x"))).toContain("ended the handling of the request without an answer");
    expect(world.logs("a")).toEqual(["info: one two"]);
    const replies = await worldOf(program(`${RECEIVE} ${REPLY} (call $cat)`));
    expect(shownAnswer(await replies.ask("a", "x"))).toBe("oops!");
  });

  test("and another exit code is a trap then", async () => {
    const world = await worldOf(program(RECEIVE + exit(3)), { attemptsMax: 1 });
    expect(shownAnswer(await world.ask("a", "x"))).toBe("REMOTE: The atom exited with code 3.");
    expect(world.trapText("a")).toBe("The atom exited with code 3.");
  });

  test("a restart that it hears of by CLOSED leaves it time to end: its reply counts, and its message is not run again", async () => {
    const sleep = `(import "radon:core" "sleep" (func $radon_sleep (param i64) (result i32)))`;
    const world = await worldOf(
      program(`${PUT} (drop (call $radon_sleep (i64.const 1000))) (call $cat)`, sleep + WASI + RADON),
    );
    const { answer } = await world.asking("a", "x");
    world.session("a").restart();
    await world.settle();
    const submission = await answer;
    expect(submission.kind === "answered" && shownAnswer(submission.answer)).toBe("x");
    await world.advance(5_000);
    expect(world.session("a").atom.counters).toMatchObject({ received: 1, consumed: 1 });
    expect(world.session("a").runner.counters.instances).toBe(1);
  });

  test("a token that it kept keeps the request open", async () => {
    const world = await worldOf(program(`${OUT} (drop (call $token))`));
    const { answer } = await world.asking("a", "", 5_000);
    expect(world.logs("a")).toEqual(["info: one two"]);
    await world.advance(5_000);
    const submission = await answer;
    expect(submission.kind === "answered" && shownAnswer(submission.answer)).toContain("did not answer");
  });

  test("a command that imports no WASI has no stdout to answer with", async () => {
    const world = await worldOf(program(PUT, RADON));
    expect(shownAnswer(await world.ask("a", "x"))).toContain("without an answer");
    expect(world.kv("a")).toEqual({ one: "two" });
  });
});

describe("§5 a command as a daemon", () => {
  test("has an empty stdin, and its stdout is its log", async () => {
    const world = await worldOf(program(`(call $cat) ${OUT}`), { kind: "daemon" });
    expect(world.session("a").runner.state).toBe("ended");
    expect(world.logs("a")[0]).toBe("info: one two");
  });

  test("another exit code than 0 is a trap, with the end of stderr", async () => {
    const world = await worldOf(program(ERR + exit(9)), { kind: "daemon" });
    expect(world.trapText("a")).toBe("The atom exited with code 9. (It said: oops!)");
    expect(world.session("a").runner.state).toBe("backoff");
  });
});
