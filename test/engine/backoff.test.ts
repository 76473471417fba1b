/** What a poison message costs the atom and those who ask it, and what they are told (durable/core/supervisor.ts). */
import { expect, test } from "vitest";
import { atomState } from "../../durable/atom-state.ts";
import { plain, RECEIVE, worldOf } from "../conformance/plain-atoms.ts";
import { shownAnswer, START_MS } from "./engine-harness.ts";

/** Traps on a message that begins with "p", answers any other one with itself. */
const PICKY = plain(
  ["receive", "reply"],
  `(func $invoke (export "invoke") ${RECEIVE}
    (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 112)) (then unreachable))
    (drop (call $reply (i32.const 64) (i32.const 4))))`,
);
/** The waits of a message with five attempts. */
const FIVE_TRIES_MS = 50 + 100 + 200 + 400;
const AFTER_THREE_BURIALS_MS = 200;

test("poison messages in a row cost each its own tries, and the message after them next to nothing", async () => {
  const world = await worldOf(PICKY);
  const poison = await Promise.all([1, 2, 3].map(() => world.asking("a", "p")));
  const good = world
    .session("a")
    .ask((id) => ({ kind: "request", id, chain: [], payload: Buffer.from("good") }), 9_999);
  await world.until(good);
  expect(world.clock.now() - START_MS).toBe(3 * FIVE_TRIES_MS + 50 + 100 + AFTER_THREE_BURIALS_MS);
  for (const { answer } of poison) expect(await answer).toMatchObject({ answer: { failure: { code: "REMOTE" } } });
  expect(world.session("a").atom.deadLetterCount).toBe(3);
});

test("an atom that traps on every message starts about once a second, not faster", async () => {
  const world = await worldOf(PICKY, { attemptsMax: 1 });
  for (let i = 0; i < 100; i++) await world.send("a", "p");
  await world.advance(10_000);
  const { restarts } = world.session("a").atom.supervisor;
  expect(restarts).toBeGreaterThan(10);
  expect(restarts).toBeLessThan(20);
});

test("the log says with each trap when the next try is, and what became of the message", async () => {
  const world = await worldOf(PICKY, { attemptsMax: 2 });
  await world.send("a", "p");
  expect(world.logs("a").at(-1)).toMatch(
    /^error: Trap: RuntimeError: unreachable \(It ended itself.*\)\n {2}at invoke.*\nTrap 1 of 2 of its message; the next try is in 50 ms\.$/,
  );
  await world.advance(50);
  expect(world.logs("a").at(-1)).toMatch(
    /\nTrap 2 of 2 of its message, which is a dead letter now\. The next instance starts in 50 ms\.$/,
  );
});

test("the log of an atom that traps without a message says when it starts again", async () => {
  const world = await worldOf(plain([], `(func (export "invoke") unreachable)`), { kind: "daemon" });
  await world.advance(10_000);
  expect(world.logs("a").at(-1)).toMatch(/\nThe next instance starts in 6\.4 s\.$/);
});

test("the state says why nothing runs, and since when it is tried again", async () => {
  const world = await worldOf(PICKY);
  expect(atomState(world.session("a"))).toMatchObject({ state: "idle", reason: null });
  await world.send("a", "p");
  await world.advance(50);
  const reason =
    /^It trapped and starts again in 100 ms\. The last trap: RuntimeError: unreachable \(It ended itself.*\)\n/;
  expect(atomState(world.session("a"))).toMatchObject({ state: "backoff", reason: expect.stringMatching(reason) });
});

test("whoever waits in vain meanwhile is told of the backoff and of the trap", async () => {
  const world = await worldOf(PICKY, { attemptsMax: 100 });
  await world.send("a", "p");
  expect(shownAnswer(await world.ask("a", "good", 1_000))).toMatch(
    /^TIMEOUT: cloud\/a did not answer within 1000 ms\. It trapped and starts again in 550 ms\. The last trap: RuntimeError: unreach/,
  );
});

test("whoever waits in vain for a message whose next try is under way is told what it trapped on before", async () => {
  const slow = plain(
    ["receive", "attempt", "sleep"],
    `(func $invoke (export "invoke") ${RECEIVE}
      (if (i32.gt_s (call $attempt) (i32.const 1)) (then (drop (call $sleep (i64.const -1)))))
      unreachable)`,
  );
  const world = await worldOf(slow);
  expect(shownAnswer(await world.ask("a", "x", 1_000))).toMatch(
    /^TIMEOUT: cloud\/a did not answer within 1000 ms\. It trapped meanwhile, the last time 1\.0 s ago: RuntimeError: unreach/,
  );
  expect(shownAnswer(await world.ask("a", "y", 500))).toBe("TIMEOUT: cloud/a did not answer within 500 ms.");
});

test("who waits in vain for an atom that does not trap is told the time only", async () => {
  const world = await worldOf(plain(["sleep"], `(func (export "invoke") (drop (call $sleep (i64.const -1))))`));
  expect(shownAnswer(await world.ask("a", "x", 1_000))).toBe("TIMEOUT: cloud/a did not answer within 1000 ms.");
});

test("a restart starts at once, and the backoff over", async () => {
  const world = await worldOf(PICKY, { attemptsMax: 100 });
  await world.send("a", "p");
  await world.advance(20_000);
  const before = world.session("a").atom.supervisor.restarts;
  world.session("a").restart();
  await world.settle();
  expect(world.session("a").atom.supervisor.restarts).toBe(before + 1);
  expect(world.session("a").runner.reason).toContain("starts again in 50 ms");
});
