/**
 * The fast path (durable/engine/fast-path.wat) changes nothing but the time that things take: an atom that does whatever its messages
 * say gets to the same state by it as by the host's own functions.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { AtomSession } from "../../durable/atom-session.ts";
import { bytesToKey, utf8 } from "../../durable/core/bytes.ts";
import { decodeEnvelopes, encodeEnvelopes, type Envelope } from "../../durable/core/envelope.ts";
import { FRAME_MESSAGES_MAX, OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX } from "../../durable/core/limits.ts";
import { Mailbox } from "../../durable/core/mailbox.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { Exchange } from "../../durable/engine/exchange.ts";
import { Guest } from "../../durable/engine/guest.ts";
import { Meter } from "../../durable/engine/meter.ts";
import { Random } from "../simulation/random.ts";
import { World } from "./engine-harness.ts";
import { assemble, engine, wat } from "./wat.ts";

/** The same, but that each of its functions is the host's. */
const hostOnly = new (WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module)(
  assemble(`(module
    (import "host" "send" (func $send (param i32 i32 i32 i32) (result i32)))
    (import "host" "receive" (func $receive (param i32 i32) (result i32)))
    (import "host" "kind" (func $kind (result i32)))
    (import "host" "sender" (func $sender (param i32 i32) (result i32)))
    (import "host" "next" (func $next (result i32)))
    (export "send" (func $send)) (export "receive" (func $receive)) (export "kind" (func $kind))
    (export "sender" (func $sender)) (export "next" (func $next)))`),
);

/** Does what the letters of its messages say, and writes down what it saw. */
const interpreter = wat(`(module
  (import "radon:core" "take" (func $take (param i32 i32) (result i32)))
  (import "radon:core" "config" (func $config (param i32 i32 i32 i32) (result i32)))
  (import "radon:core" "random" (func $random (param i32 i32)))
  (import "radon:core" "last_error" (func $last_error (param i32 i32) (result i32)))
  (import "radon:core" "self_name" (func $self_name (param i32 i32) (result i32)))
  (import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "radon:core" "yield" (func $yield (result i32)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
  (import "radon:messaging" "kind" (func $kind (result i32)))
  (import "radon:messaging" "sender" (func $sender (param i32 i32) (result i32)))
  (import "radon:messaging" "attempt" (func $attempt (result i32)))
  (import "radon:messaging" "interrupt" (func $interrupt (param i32 i32 i32 i32 i32) (result i32)))
  (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:interrupt" "on" (func $on (param i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "bxyzdaemonktrace")
  (global $daemon (mut i32) (i32.const 0))
  (global $count (mut i32) (i32.const 0))
  ;; 1: asks its store for something before it receives.
  (global $early (mut i32) (i32.const 0))
  (global $trace (mut i32) (i32.const 65536))

  (func (export "_initialize")
    (global.set $daemon (i32.gt_s (call $config (i32.const 4) (i32.const 6) (i32.const 32) (i32.const 8)) (i32.const 0)))
    (drop (call $on (i32.const 1) (i32.const 7))))
  (func (export "radon_callback") (param i32 i32 i32)
    (call $note (i32.const 0x49))
    (call $sendTo (i32.const 1) (i32.const 4))
    (call $sendTo (i32.const 1) (i32.const 4))
    (if (global.get $daemon)
      (then
        (call $noteResult (call $receive (i64.const 0) (i32.const 12288) (i32.const 64)))
        (call $noteResult (call $receive (i64.const 0) (i32.const 12288) (i32.const 64)))
        (call $note (i32.add (i32.const 0x30) (call $kind))))))

  (func (export "invoke") (local $length i32)
    (loop $again
      (if (global.get $early) (then (call $do (i32.const 0x67))))
      (local.set $length (call $receive (i64.const -1) (i32.const 4096) (i32.const 64)))
      (if (i32.lt_s (local.get $length) (i32.const 0)) (then (return)))
      (if (i32.gt_u (local.get $length) (i32.const 64))
        (then
          (if (global.get $early) (then (call $noteResult (call $sender (i32.const 13000) (i32.const 64)))))
          (call $noteResult (call $take (i32.const 4096) (i32.const 2048)))))
      (call $run (local.get $length))
      (br_if $again (global.get $daemon))))

  (func $run (param $length i32) (local $at i32) (local $op i32)
    (loop $next
      (if (i32.ge_u (local.get $at) (local.get $length)) (then (return)))
      (local.set $op (i32.load8_u offset=4096 (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (call $do (local.get $op))
      (br $next)))

  (func $is (param $op i32) (param $letter i32) (result i32) (i32.eq (local.get $op) (local.get $letter)))
  (func $do (param $op i32)
    ${op("x", "(call $sendTo (i32.const 1) (i32.const 4))")}
    ${op("y", "(call $sendTo (i32.const 2) (i32.const 4))")}
    ${op("z", "(call $sendTo (i32.const 3) (i32.const 301))")}
    ${op("s", "(i32.store8 (i32.const 48) (i32.const 0x4b)) (call $noteResult (call $send (i32.const 0) (i32.const 1) (i32.const 48) (i32.const 1)))")}
    ${op("k", "(call $letters) (drop (call $put (i32.const 10) (i32.const 1) (i32.const 40) (i32.const 4)))")}
    ${op("g", "(call $noteResult (call $get (i32.const 10) (i32.const 1) (i32.const 56) (i32.const 2)))")}
    ${op("G", "(call $noteResult (call $get (i32.const 10) (i32.const 1) (i32.const 56) (i32.const 4)))")}
    ${op("N", "(call $noteResult (call $get (i32.const 0) (i32.const 1) (i32.const 56) (i32.const 2)))")}
    ${op("t", "(call $noteResult (call $take (i32.const 56) (i32.const 8)))")}
    ${op("E", "(call $noteResult (call $last_error (i32.const 13000) (i32.const 200)))")}
    ${op("F", "(call $noteResult (call $self_name (i32.const 13000) (i32.const 2)))")}
    ${op("K", "(call $note (i32.add (i32.const 0x30) (call $kind)))")}
    ${op("S", "(global.set $trace (i32.add (global.get $trace) (call $sender (global.get $trace) (i32.const 64))))")}
    ${op("C", "(i32.store8 (i32.const 56) (i32.const 0x2e)) (call $noteResult (call $sender (i32.const 56) (i32.const 3))) (call $note (i32.load8_u (i32.const 56)))")}
    ${op("T", "(call $note (i32.add (i32.const 0x30) (call $attempt)))")}
    ${op("v", "(drop (call $yield))")}
    ${op("r", "(call $noteResult (call $receive (i64.const 0) (i32.const 12288) (i32.const 64)))")}
    ${op("i", "(drop (call $interrupt (i32.const 0) (i32.const 1) (i32.const 1) (i32.const 0) (i32.const 0)))")}
    ${op("q", "(call $letters) (drop (call $request (i32.const 1) (i32.const 1) (i32.const 40) (i32.const 4) (i64.const 50)))")}
    ${op("m", "(drop (memory.grow (i32.const 1)))")}
    ${op("w", "(drop (call $put (i32.const 11) (i32.const 5) (i32.const 65536) (i32.sub (global.get $trace) (i32.const 65536))))")}
    ${op("X", "(call $letters) (call $noteResult (call $send (i32.const 1) (i32.const 2) (i32.const 40) (i32.const 4)))")}
    ${op("O", "(drop (call $sender (i32.const -8) (i32.const 64)))")}
    ${op("R", "(drop (call $receive (i64.const 0) (i32.const -8) (i32.const 64)))")}
    ${op("o", "(drop (call $send (i32.const 1) (i32.const 1) (i32.const -8) (i32.const 64)))")}
    ${op("e", "(global.set $early (i32.eqz (global.get $early)))")}
    ${op("c", "(block $out (try (do (drop (call $put (i32.const -8) (i32.const 1) (i32.const 0) (i32.const 0)))) (catch_all)))")}
    ${op("D", "(call $deep)")}
    ${op("M", "(drop (memory.grow (i32.const 20000))) (unreachable)")}
    ${op("Q", "(call $random (i32.const 13000) (i32.const 4))")}
    ${op("!", "unreachable")})

  (func $deep (call $deep) (call $note (i32.const 0x44)))
  (func $note (param $byte i32)
    (i32.store8 (global.get $trace) (local.get $byte))
    (global.set $trace (i32.add (global.get $trace) (i32.const 1))))
  (func $noteResult (param $result i32) (call $note (i32.add (i32.const 0x61) (i32.and (local.get $result) (i32.const 15)))))
  (func $letters
    (i32.store (i32.const 40)
      (i32.add (i32.const 0x61616161)
        (i32.or
          (i32.or (i32.and (global.get $count) (i32.const 15)) (i32.and (i32.shl (global.get $count) (i32.const 4)) (i32.const 0xf00)))
          (i32.and (i32.shl (global.get $count) (i32.const 8)) (i32.const 0xf0000))))))
  (func $sendTo (param $name i32) (param $length i32)
    (call $letters)
    (if (call $send (local.get $name) (i32.const 1) (i32.const 40) (local.get $length))
      (then (call $note (i32.const 0x42)))
      (else (global.set $count (i32.add (global.get $count) (i32.const 1)))))))`);

function op(letter: string, code: string): string {
  return `(if (call $is (local.get $op) (i32.const ${letter.charCodeAt(0)})) (then ${code}))`;
}

/** Keeps how many bytes it got, and a digest of them (FNV-1a). */
const digest = wat(`(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "d")
  (func (export "invoke") (local $at i32) (local $length i32)
    (local.set $length (call $receive (i64.const -1) (i32.const 64) (i32.const 1024)))
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (local.get $length)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
      (i32.store (i32.const 4)
        (i32.mul (i32.xor (i32.load (i32.const 4)) (i32.load8_u offset=64 (local.get $at))) (i32.const 16777619)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
    (drop (call $put (i32.const 16) (i32.const 1) (i32.const 0) (i32.const 8)))))`);

type Kind = "reactive" | "daemon";

/** The world after the interpreter has had these runs of messages. */
async function after(
  runs: readonly (readonly Envelope[])[],
  kind: Kind,
  fastPath: WebAssembly.Module,
  prepare: (session: AtomSession) => void = () => undefined,
) {
  const sinks = ["x", "xy", "y", "z"].map((name) => ({ name, module: digest }));
  const config: Record<string, string> = kind === "daemon" ? { daemon: "yes" } : {};
  const b = { name: "b", module: interpreter, kind, config, attemptsMax: 2 };
  const world = new World([b, ...sinks], undefined, { ...engine, fastPath });
  for (const [index, run] of runs.entries())
    world.session("b").atom.mailbox.accept(`cloud/${index % 2 ? "x" : "xy"}` as GlobalName, encodeEnvelopes(run));
  prepare(world.session("b"));
  await world.start();
  await world.advance(60_000);
  const state = ["b", "x", "xy", "y", "z"].map((name) => {
    const { atom } = world.session(name);
    const { commits: _, ...counters } = atom.counters;
    const dead = atom.deadLetters(0, 99).map(({ body, reason }) => [[...body], withoutPlaces(reason)]);
    return { kv: world.kv(name), counters, dead, count: atom.mailbox.count, bytes: atom.mailbox.bytes };
  });
  return { state, logs: world.logs("b").map(withoutPlaces) };
}

/** A fault that the guest caught has the place of whichever function threw it last. */
function withoutPlaces(text: string): string {
  return text.replaceAll(/\n *at .*/g, "");
}

const message = (text: string): Envelope => ({ kind: "message", payload: utf8(text) });
const request = (id: number, text: string): Envelope => ({ kind: "request", id, chain: [], payload: utf8(text) });

/** What a message says: mostly what stays on the fast path. */
function program(random: Random): string {
  const letters = random.pick(["", "xxxxxxxKSC", "xxxxxxxKSC", "xxkxkygGNtEF", "xyzXskKSCTvriqmwgGNtEFec!oOR"]);
  if (letters === "") return "";
  const text = Array.from({ length: random.between(0, 3) }, () => random.pick([...letters])).join("");
  return random.chance(0.02) ? text.padEnd(100, "-") : text;
}

function someRuns(random: Random): Envelope[][] {
  return Array.from({ length: random.between(1, 8) }, () =>
    Array.from({ length: random.between(1, random.pick([8, 150])) }, (_, id) =>
      random.chance(0.01) ? request(id, program(random)) : message(program(random)),
    ),
  );
}

afterEach(() => void vi.restoreAllMocks());

describe.each(["reactive", "daemon"] as const)("a %s atom", (kind) => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))("comes to the same state, seed %i", async (seed) => {
    const random = new Random(seed, "fast path");
    const runs = [...someRuns(random), [message("w")]];
    expect(await after(runs, kind, engine.fastPath)).toEqual(await after(runs, kind, hostOnly));
  });

  test.each([
    ["the sender of a message where another one's follow", ["S", ""]],
    ["what was wrong in a turn that has ended", ["N", "", "E"]],
    ["what waited for take in a turn that has ended", ["k", "g", "", "t"]],
    ["what waited for take before it received the message", ["k", "e", "t", "t"]],
    ["what waited for take before it asked for the sender", ["kgSt"]],
    ["a message too long for its room before it asked for the sender", ["e", "St".padEnd(100, "-"), "x"]],
    ["a fault that it caught", ["x", "cx", "x", "x"]],
    ["a stack that is used up", ["x", "xD", "x"]],
    ["memory that it was refused", ["x", "M", "x"]],
  ])("does not mistake %s, wherever in a stretch it is", async (_, texts) => {
    const many = (count: number, text: string) => Array.from({ length: count }, () => message(text));
    for (let before = 8; before < 40; before++) {
      const run = [...texts.map(message), ...many(9, "xS")];
      const runs = [[...many(before, ""), ...run], [message("S")], run, [message("w")]];
      expect(await after(runs, kind, engine.fastPath)).toEqual(await after(runs, kind, hostOnly));
    }
  });

  test("is at the message that it trapped at, whatever comes before the runtime knows of the trap", async () => {
    const many = (count: number, text: string) => Array.from({ length: count }, () => message(text));
    const run = [...many(20, "x"), message("Q"), ...many(5, "x"), message("!"), ...many(9, "x"), message("w")];
    const chain = [{ atom: "cloud/b" as GlobalName, request: 999 }];
    const meanwhile = [{ kind: "request", id: 7, chain, payload: utf8("") } as const];
    const go = async (fastPath: WebAssembly.Module) =>
      after([run], kind, fastPath, (session) =>
        vi.spyOn(session, "fillRandom").mockImplementation(() => {
          queueMicrotask(() => session.atom.mailbox.accept("cloud/x" as GlobalName, encodeEnvelopes(meanwhile)));
        }),
      );
    expect(await go(engine.fastPath)).toEqual(await go(hostOnly));
  });

  test("goes by it", async () => {
    const ended = vi.spyOn(Guest.prototype, "endTurns");
    await after([[...Array.from({ length: 500 }, () => message("xKS")), message("w")]], kind, engine.fastPath);
    const { calls, contexts } = ended.mock;
    const turns = calls
      .map(([count]) => count)
      .filter((_, index) => (contexts[index] as Guest | undefined)?.host.self === "cloud/b");
    expect(turns.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(400);
    expect(turns.length).toBeLessThan(30);
  });
});

describe("a queue that is full", () => {
  /** Sends messages until one is refused, and keeps how many that were. Its meter would interrupt it all the time. */
  const flood = wat(
    `(module
    (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
    (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
    (import "radon:core" "config" (func $config (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (data (i32.const 0) "xbytes")
    (func (export "invoke") (local $bytes i32)
      (local.set $bytes (i32.const 4))
      (if (i32.gt_s (call $config (i32.const 1) (i32.const 5) (i32.const 16) (i32.const 8)) (i32.const 0))
        (then (local.set $bytes (i32.const 60000))))
      (loop $again
        (i32.store (i32.const 64) (i32.load (i32.const 32)))
        (if (i32.eqz (call $send (i32.const 0) (i32.const 1) (i32.const 64) (local.get $bytes)))
          (then (i32.store (i32.const 32) (i32.add (i32.load (i32.const 32)) (i32.const 1))) (br $again))))
      (if (i32.eqz (call $send (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 4))) (then (unreachable)))
      (if (i32.eqz (call $send (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 4))) (then (unreachable)))
      (drop (call $put (i32.const 0) (i32.const 1) (i32.const 32) (i32.const 4)))))`,
    false,
  );

  test.each([
    ["messages", {}, OUTBOX_MESSAGES_MAX],
    ["bytes", { bytes: "yes" }, Math.ceil(OUTBOX_BYTES_MAX / (60_000 + 5))],
  ])("of %s takes no more by it", async (_, config, most) => {
    const world = new World([
      { name: "f", module: flood, config },
      { name: "x", module: digest },
    ]);
    world.holdNetwork();
    await world.send("f", "go");
    const count = world.session("f").atom.getFromOutside(bytesToKey(utf8("x")));
    expect(count && new DataView(count.buffer, count.byteOffset).getUint32(0, true)).toBe(most);
    const { sender } = world.session("f").atom.peers.link("cloud/x" as GlobalName).channels.mail;
    sender.resend();
    const frames = sender.take(world.clock.now(), { messages: Infinity, bytes: Infinity });
    expect(Math.max(...frames.map((frame) => frame.count))).toBeLessThanOrEqual(FRAME_MESSAGES_MAX);
    const sent = frames.flatMap(({ body }) => decodeEnvelopes(body));
    const numbers = sent.map(
      (envelope) => "payload" in envelope && new DataView(envelope.payload.slice().buffer).getUint32(0, true),
    );
    expect(numbers).toEqual(Array.from({ length: most }, (_each, index) => index));
  });
});

test("turns that ended by it do not count against the computing time of the next one", () => {
  let nowMs = 0;
  const guest = {
    ...{ cpuMs: 10, memoryMb: 32, started: true, doomed: false, stopping: false },
    monotonic: () => nowMs,
    doom: (fault: unknown) => {
      throw fault;
    },
    settle: () => meter.startTurn(),
    surface: () => undefined,
    stopNow: () => undefined,
    breathe: () => Promise.resolve(),
    runAtSafePoint: () => Promise.resolve(),
  };
  const meter = new Meter(guest);
  for (let turn = 0; turn < 5; turn++) {
    nowMs += 6;
    expect(meter.imports.tick()).toBeGreaterThanOrEqual(0);
  }
});

test("who takes the exchange over has the one before take out what it has there", () => {
  const exchange = new Exchange();
  const [first, second] = [{ surface: vi.fn() }, { surface: vi.fn() }];
  const [one, two] = [exchange.enrol(), exchange.enrol()];
  exchange.claim(first, one);
  exchange.claim(first, one);
  expect(first.surface).not.toHaveBeenCalled();
  exchange.claim(second, two);
  expect(first.surface).toHaveBeenCalledOnce();
  exchange.release();
  exchange.claim(first, one);
  expect(second.surface).not.toHaveBeenCalled();
});

test("who is done with the exchange is not kept in memory by it", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const exchange = new Exchange();
  const user = (() => {
    const claiming = { surface: () => undefined };
    exchange.claim(claiming, exchange.enrol());
    exchange.release();
    return new WeakRef(claiming);
  })();
  // What was seen of a weak reference lives until the end of the turn.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(user.deref()).toBeUndefined();
});

describe("the messages that come next", () => {
  const mailboxOf = (...runs: Envelope[][]) => {
    const mailbox = new Mailbox("cloud/b" as GlobalName, 1, true);
    for (const run of runs) mailbox.accept("cloud/x" as GlobalName, encodeEnvelopes(run));
    return mailbox;
  };
  const three = [message("one"), message("two"), message("three")];

  test("are of one run, and no more than were asked for", () => {
    const mailbox = mailboxOf(three, three);
    expect(mailbox.stretch(9, 999)?.count).toBe(3);
    expect(mailbox.stretch(2, 999)?.count).toBe(2);
    expect(mailbox.stretch(9, 17)?.bytes.length).toBeLessThanOrEqual(17);
    mailbox.consumeNext(2);
    expect(mailbox.stretch(9, 999)).toMatchObject({ count: 1, bytes: encodeEnvelopes([message("three")]) });
    expect(mailbox.count).toBe(4);
    mailbox.consumeNext(1);
    expect(mailbox.stretch(9, 999)?.count).toBe(3);
    expect(mailbox.bytes).toBe(encodeEnvelopes(three).length);
    mailbox.consumeNext(3);
    expect(mailbox.empty).toBe(true);
    expect(mailbox.stretch(9, 999)).toBeUndefined();
  });

  test("are none of a run with a request in it, nor behind a message that was put back", () => {
    expect(mailboxOf([...three, request(1, "")]).stretch(9, 999)).toBeUndefined();
    const mailbox = mailboxOf(three);
    mailbox.takeMessage();
    mailbox.putBack();
    expect(mailbox.stretch(9, 999)).toBeUndefined();
    const again = mailbox.takeMessage();
    if (again) mailbox.consume(again);
    expect(mailbox.stretch(9, 999)?.count).toBe(2);
  });
});
