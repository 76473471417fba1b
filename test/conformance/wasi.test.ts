/** docs/abi.md, section 5: WASI preview 1. */
import { describe, expect, test } from "vitest";
import { WASI_FUNCTIONS } from "../../durable/engine/abi.ts";
import { shownAnswer, type World } from "../engine/engine-harness.ts";
import { worldOf } from "./plain-atoms.ts";

const ERRNO = { badf: 8, inval: 28, nosys: 52, notsup: 58, spipe: 70 } as const;
const IMPORTS: Readonly<Record<string, string>> = {
  args_sizes_get: "(param i32 i32) (result i32)",
  args_get: "(param i32 i32) (result i32)",
  environ_sizes_get: "(param i32 i32) (result i32)",
  environ_get: "(param i32 i32) (result i32)",
  clock_time_get: "(param i32 i64 i32) (result i32)",
  random_get: "(param i32 i32) (result i32)",
  fd_write: "(param i32 i32 i32 i32) (result i32)",
  fd_read: "(param i32 i32 i32 i32) (result i32)",
  fd_prestat_get: "(param i32 i32) (result i32)",
  fd_prestat_dir_name: "(param i32 i32 i32) (result i32)",
  fd_fdstat_get: "(param i32 i32) (result i32)",
  fd_fdstat_set_flags: "(param i32 i32) (result i32)",
  fd_filestat_get: "(param i32 i32) (result i32)",
  path_open: "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)",
  fd_seek: "(param i32 i64 i32 i32) (result i32)",
  fd_tell: "(param i32 i32) (result i32)",
  fd_sync: "(param i32) (result i32)",
  fd_close: "(param i32) (result i32)",
  clock_res_get: "(param i32 i32) (result i32)",
  proc_raise: "(param i32) (result i32)",
  poll_oneoff: "(param i32 i32 i32 i32) (result i32)",
  sched_yield: "(result i32)",
  proc_exit: "(param i32)",
};

/** A module that imports these functions of WASI, with `send`, `reply`, `put` and `on` of Radon beside them. */
function wasi(names: readonly string[], body: string): string {
  const lines = names.map((name) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${IMPORTS[name]}))`);
  return `(module ${lines.join(" ")}
    (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
    (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
    (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
    (import "radon:interrupt" "on" (func $on (param i32 i32) (result i32)))
    (memory (export "memory") 1) ${body})`;
}

/** Receives a request, runs `code`, answers with the bytes [0, 64). */
function answering(names: readonly string[], code: string, data = ""): string {
  return wasi(
    names,
    `${data} (func (export "invoke") (drop (call $receive (i64.const -1) (i32.const 4096) (i32.const 9)))
      ${code} (drop (call $reply (i32.const 0) (i32.const 64))))`,
  );
}

async function bytesOf(world: World): Promise<DataView> {
  const answer = await world.ask("a", "");
  if (answer.kind !== "reply") throw new Error(shownAnswer(answer));
  return new DataView(answer.payload.slice().buffer);
}
const textOf = (view: DataView, from: number, to: number) => Buffer.from(view.buffer).toString("utf8", from, to);

/** Writes the text at `ptr` to a stream. */
const write = (fd: number, ptr: number, length: number) => `
  (i32.store (i32.const 1024) (i32.const ${ptr})) (i32.store (i32.const 1028) (i32.const ${length}))
  (drop (call $fd_write (i32.const ${fd}) (i32.const 1024) (i32.const 1) (i32.const 1032)))`;

describe("§5 args and environment come from the configuration", () => {
  test("args: the atom's name, then the words of `args`", async () => {
    const code = `(drop (call $args_sizes_get (i32.const 0) (i32.const 4))) (drop (call $args_get (i32.const 8) (i32.const 24)))`;
    const world = await worldOf(answering(["args_sizes_get", "args_get"], code), { config: { args: "--fast  2" } });
    const view = await bytesOf(world);
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([3, 17]);
    expect([8, 12, 16].map((at) => view.getUint32(at, true))).toEqual([24, 32, 39]);
    expect(textOf(view, 24, 41)).toBe("cloud/a\0--fast\0" + "2\0");
  });

  test("texts are UTF-8, and their sizes are those of their bytes", async () => {
    const code = `(drop (call $args_sizes_get (i32.const 0) (i32.const 4))) (drop (call $args_get (i32.const 8) (i32.const 24)))`;
    const world = await worldOf(answering(["args_sizes_get", "args_get"], code), { config: { args: "día" } });
    const view = await bytesOf(world);
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([2, 13]);
    expect(textOf(view, 24, 37)).toBe("cloud/a\0día\0" + "");
  });

  test("environment: the configuration's values", async () => {
    const code = `(drop (call $environ_sizes_get (i32.const 0) (i32.const 4))) (drop (call $environ_get (i32.const 8) (i32.const 24)))`;
    const world = await worldOf(answering(["environ_sizes_get", "environ_get"], code), {
      config: { CITY: "Milan", N: "1" },
    });
    const view = await bytesOf(world);
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([2, 15]);
    expect(textOf(view, 24, 39)).toBe("CITY=Milan\0N=1\0");
  });
});

describe("§5 stdout and stderr are the log", () => {
  const data = `(data (i32.const 0) "one\ntwo\nthree\\c3\\a9")`.replaceAll("\n", "\\n");

  test("a line of output is a line of the log: stdout info, stderr warn", async () => {
    const world = await worldOf(answering(["fd_write"], write(1, 0, 8) + write(2, 4, 4), data));
    await bytesOf(world);
    expect(world.logs("a")).toEqual(["info: one", "info: two", "warn: two"]);
  });

  test("a line that comes in pieces is one, cut characters are whole again; what is left is logged at rest", async () => {
    const pieces = write(1, 0, 2) + write(1, 2, 2) + write(1, 8, 6) + write(1, 14, 1);
    const world = await worldOf(answering(["fd_write"], pieces, data));
    await bytesOf(world);
    expect(world.logs("a")).toEqual(["info: one", "info: threeé"]);
  });

  test("what is left is logged before a trap, too", async () => {
    const world = await worldOf(wasi(["fd_write"], `${data} (func (export "invoke") ${write(2, 0, 3)} unreachable)`));
    await world.send("a", "x");
    expect(world.logs("a")[0]).toBe("warn: one");
  });

  test("output without an end is logged in pieces: it does not fill the host", async () => {
    const flood = `(loop $more ${write(1, 2048, 4096)} (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (br_if $more (i32.lt_u (global.get $n) (i32.const 5))))`;
    const world = await worldOf(answering(["fd_write"], flood, "(global $n (mut i32) (i32.const 0))"));
    await bytesOf(world);
    expect(world.logs("a").map((line) => line.length - "info: ".length)).toEqual([8_192, 8_192, 4_096]);
  });

  test("a range outside memory traps", async () => {
    const world = await worldOf(answering(["fd_write"], write(1, 65_530, 7)), { attemptsMax: 1 });
    expect(shownAnswer(await world.ask("a", ""))).toContain("leaves the atom's memory");
  });

  /** The results of the calls, each an i32. */
  const results = async (names: readonly string[], ...calls: readonly string[]) => {
    const code = calls.map((call, index) => `(i32.store (i32.const ${4 * index}) ${call})`).join(" ");
    const view = await bytesOf(await worldOf(answering(names, code)));
    return calls.map((_, index) => view.getUint32(4 * index, true));
  };

  test("the streams have no position, take flags that change nothing, and can be closed once", async () => {
    const found = await results(
      ["fd_seek", "fd_tell", "fd_fdstat_set_flags", "fd_sync", "fd_close"],
      `(call $fd_seek (i32.const 0) (i64.const 0) (i32.const 1) (i32.const 4096))`,
      `(call $fd_tell (i32.const 1) (i32.const 4096))`,
      `(call $fd_fdstat_set_flags (i32.const 0) (i32.const 4))`,
      `(call $fd_sync (i32.const 1))`,
      `(call $fd_close (i32.const 2))`,
      `(call $fd_close (i32.const 2))`,
      `(call $fd_close (i32.const -1))`,
    );
    expect(found).toEqual([ERRNO.spipe, ERRNO.spipe, 0, 0, 0, ERRNO.badf, ERRNO.badf]);
  });

  test("a log is shown as a terminal, stdin as a pipe, with the rights to write and to read", async () => {
    const stat = (fd: number) => `(call $fd_fdstat_get (i32.const ${fd}) (i32.const 4096))`;
    const type = `(i32.load8_u (i32.const 4096))`;
    const rights = `(i32.wrap_i64 (i64.load (i32.const 4104)))`;
    const found = await results(["fd_fdstat_get"], stat(1), type, rights, stat(0), type, rights, stat(4));
    expect(found).toEqual([0, 2, 64, 0, 0, 2, ERRNO.badf]);
    const size = `(i32.wrap_i64 (i64.load (i32.const 4128)))`;
    const file = `(call $fd_filestat_get (i32.const 0) (i32.const 4096))`;
    expect(await results(["fd_filestat_get"], file, size)).toEqual([0, 0]);
  });

  test("stdin cannot be written, output not read", async () => {
    const [read, written] = await results(
      ["fd_read", "fd_write"],
      `(call $fd_read (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 4096))`,
      `(call $fd_write (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 4096))`,
    );
    expect([read, written]).toEqual([ERRNO.badf, ERRNO.badf]);
  });

  test("the only directory that is open is /, and it has no files, which the log says once", async () => {
    const prestat = (fd: number) => `(call $fd_prestat_get (i32.const ${fd}) (i32.const 4096))`;
    const found = await results(
      ["fd_prestat_get", "fd_prestat_dir_name", "fd_fdstat_get"],
      ...[prestat(0), prestat(3), prestat(4), `(i32.load (i32.const 4096))`, `(i32.load (i32.const 4100))`],
      `(call $fd_prestat_dir_name (i32.const 3) (i32.const 4096) (i32.const 1))`,
      `(i32.load8_u (i32.const 4096))`,
      `(call $fd_fdstat_get (i32.const 3) (i32.const 4096))`,
      `(i32.load8_u (i32.const 4096))`,
    );
    expect(found).toEqual([ERRNO.notsup, 0, ERRNO.badf, 0, 1, 0, "/".charCodeAt(0), 0, 3]);

    const open = `(call $path_open (i32.const 3) (i32.const 0) (i32.const 512) (i32.const 8) (i32.const 0)
      (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0))`;
    const opening = answering(["path_open"], `(i32.store (i32.const 0) ${open})`, '(data (i32.const 512) "data.txt")');
    const world = await worldOf(opening);
    for (let i = 0; i < 2; i++) expect((await bytesOf(world)).getUint32(0, true)).toBe(ERRNO.nosys);
    expect(world.logs("a")).toEqual([
      expect.stringMatching(/^warn: path_open of "data\.txt" fails: an atom has no files/),
    ]);
  });

  test("a signal that it raises is a trap", async () => {
    const raise = wasi(["proc_raise"], `(func (export "invoke") (drop (call $proc_raise (i32.const 6))))`);
    const world = await worldOf(raise, { attemptsMax: 1 });
    expect(shownAnswer(await world.ask("a", ""))).toContain("The atom raised signal 6.");
  });

  test("stdin is empty", async () => {
    const code = `(i32.store (i32.const 1024) (i32.const 2048)) (i32.store (i32.const 1028) (i32.const 9))
      (i32.store (i32.const 0) (call $fd_read (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 4)))`;
    const view = await bytesOf(await worldOf(answering(["fd_read"], code)));
    expect([0, 4].map((at) => view.getUint32(at, true))).toEqual([0, 0]);
  });
});

describe("§5 clocks and random work", () => {
  test("realtime and monotonic clocks, in nanoseconds; an unknown clock is EINVAL", async () => {
    const read = (id: number, at: number) =>
      `(i32.store (i32.const ${at}) (call $clock_time_get (i32.const ${id}) (i64.const 1) (i32.const ${at + 8})))`;
    const world = await worldOf(answering(["clock_time_get"], read(0, 0) + read(1, 16) + read(2, 32) + read(9, 48)));
    await world.advance(5_000);
    const view = await bytesOf(world);
    expect(view.getBigUint64(8, true)).toBe(BigInt(world.clock.now()) * 1_000_000n);
    expect(view.getBigUint64(24, true)).toBe(5_000_000_000n);
    expect([0, 16, 32, 48].map((at) => view.getUint32(at, true))).toEqual([0, 0, 0, 28]);
  });

  test("every clock has a resolution, an unknown one is EINVAL", async () => {
    const read = (id: number, at: number) =>
      `(i32.store (i32.const ${at}) (call $clock_res_get (i32.const ${id}) (i32.const ${at + 8})))`;
    const view = await bytesOf(
      await worldOf(answering(["clock_res_get"], read(0, 0) + read(1, 16) + read(3, 32) + read(4, 48))),
    );
    expect([0, 16, 32, 48].map((at) => view.getUint32(at, true))).toEqual([0, 0, 0, ERRNO.inval]);
    expect([8, 24, 40].map((at) => view.getBigUint64(at, true))).toEqual([1_000_000n, 1_000_000n, 1_000_000n]);
  });

  test("random_get fills its range", async () => {
    const view = await bytesOf(
      await worldOf(answering(["random_get"], `(drop (call $random_get (i32.const 0) (i32.const 32)))`)),
    );
    expect(new Set(Buffer.from(view.buffer, 0, 32)).size).toBeGreaterThan(8);
    expect(textOf(view, 32, 64)).toBe("\0".repeat(32));
  });
});

describe("§5 sleeping is a blocking point", () => {
  /** A subscription of clock `id` at `at`: `ns` from now, or at `ns` if `flags` is 1. */
  const subscribe = (at: number, id: number, ns: string, flags = 0) => `
    (i64.store (i32.const ${at}) (i64.const ${at})) (i32.store8 (i32.const ${at + 8}) (i32.const 0))
    (i32.store (i32.const ${at + 16}) (i32.const ${id})) (i64.store (i32.const ${at + 24}) ${ns})
    (i32.store16 (i32.const ${at + 40}) (i32.const ${flags}))`;
  const poll = (count: number) =>
    `(i32.store (i32.const 56) (call $poll_oneoff (i32.const 1024) (i32.const 0) (i32.const ${count}) (i32.const 60)))`;

  test("poll_oneoff sleeps, and tells which clock it was", async () => {
    const code = subscribe(1024, 1, "(i64.const 250000000)") + subscribe(1072, 0, "(i64.const 100000000)") + poll(2);
    const world = await worldOf(answering(["poll_oneoff"], code));
    const started = world.clock.now();
    const view = await bytesOf(world);
    expect(world.clock.now() - started).toBe(100);
    expect([view.getUint32(56, true), view.getUint32(60, true), view.getBigUint64(0, true)]).toEqual([0, 1, 1072n]);
  });

  test("until a time of a clock", async () => {
    const now = `(drop (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 2048)))`;
    const code = now + subscribe(1024, 1, "(i64.add (i64.load (i32.const 2048)) (i64.const 70000000))", 1) + poll(1);
    const world = await worldOf(answering(["poll_oneoff", "clock_time_get"], code));
    const started = world.clock.now();
    await bytesOf(world);
    expect(world.clock.now() - started).toBe(70);
  });

  test("what it did before is committed, and an interrupt's callback runs while it sleeps", async () => {
    const store = (key: number) =>
      `(drop (call $put (i32.const ${key}) (i32.const 1) (i32.const ${key}) (i32.const 1)))`;
    const body = `(data (i32.const 512) "bca")
      (func (export "radon_callback") (param i32 i32 i32) ${store(513)})
      (func (export "invoke") (drop (call $on (i32.const 1) (i32.const 1))) ${store(512)}
        ${subscribe(1024, 1, "(i64.const 1000000000)")} ${poll(1)} ${store(514)})`;
    const world = await worldOf(wasi(["poll_oneoff"], body));
    await world.send("a", "x");
    expect(world.kv("a")).toEqual({ b: "b" });
    await world.interrupt("a", 1);
    expect(world.kv("a")).toEqual({ b: "b", c: "c" });
    await world.advance(1_000);
    expect(world.kv("a")).toEqual({ a: "a", b: "b", c: "c" });
  });

  test("a time that has passed is due at once, and so is every other one that is", async () => {
    const clocks = [
      subscribe(1024, 0, "(i64.const 1)", 1),
      subscribe(1072, 1, "(i64.const 0)"),
      subscribe(1120, 1, "(i64.const 1)"),
    ];
    const code = clocks.join(" ") + poll(3) + "(i32.store (i32.const 32) (i32.load (i32.const 0)))";
    const view = await bytesOf(await worldOf(answering(["poll_oneoff"], code)));
    expect([view.getUint32(56, true), view.getUint32(60, true), view.getUint32(32, true)]).toEqual([0, 2, 1024]);
  });

  test("the longest time of all is no error: it sleeps", async () => {
    const world = await worldOf(answering(["poll_oneoff"], subscribe(1024, 1, "(i64.const -1)") + poll(1)));
    const asked = await world.ask("a", "", 60_000);
    expect(shownAnswer(asked)).toContain("did not answer within 60000 ms");
    expect(world.trapText("a")).toBe("");
  });

  /** The errors, the bytes and the flags of as many events; what the program asks for has the type in the first byte. */
  const eventsOf = async (...subscriptions: readonly string[]) => {
    const code = subscriptions.join(" ") + poll(subscriptions.length).replace("(i32.const 0)", "(i32.const 4096)");
    const copy = [0, 1].map(
      (index) => `(i64.store (i32.const ${index * 24}) (i64.load (i32.const ${4096 + index * 32 + 8})))
      (i64.store (i32.const ${index * 24 + 8}) (i64.load (i32.const ${4096 + index * 32 + 16})))
      (i64.store (i32.const ${index * 24 + 16}) (i64.load (i32.const ${4096 + index * 32 + 24})))`,
    );
    const world = await worldOf(answering(["poll_oneoff"], code + copy.join(" ")));
    const started = world.clock.now();
    const view = await bytesOf(world);
    const events = Array.from({ length: view.getUint32(60, true) }, (_, index) => ({
      error: view.getUint16(index * 24, true),
      type: view.getUint8(index * 24 + 2),
      bytes: Number(view.getBigUint64(index * 24 + 8, true)),
      flags: view.getUint16(index * 24 + 16, true),
    }));
    return { events, waited: world.clock.now() - started };
  };
  const stream = (at: number, type: number, fd: number) =>
    subscribe(at, fd, "(i64.const 0)") + `(i32.store8 (i32.const ${at + 8}) (i32.const ${type}))`;

  test("the streams are always ready: stdin has ended, output has room; with one of them it does not wait", async () => {
    const clock = subscribe(1120, 1, "(i64.const 1000000000)");
    const { events, waited } = await eventsOf(stream(1024, 1, 0), stream(1072, 2, 1), clock);
    expect(events).toEqual([
      { error: 0, type: 1, bytes: 0, flags: 1 },
      { error: 0, type: 2, bytes: 65_536, flags: 0 },
    ]);
    expect(waited).toBe(0);
  });

  test("a descriptor that is not open for it is EBADF, an unknown type or clock EINVAL, in the event", async () => {
    const badf = { error: ERRNO.badf, bytes: 0, flags: 0 };
    const inval = { ...badf, error: ERRNO.inval };
    expect((await eventsOf(stream(1024, 1, 1), stream(1072, 2, 3))).events).toEqual([
      { ...badf, type: 1 },
      { ...badf, type: 2 },
    ]);
    expect((await eventsOf(stream(1024, 9, 0), subscribe(1072, 7, "(i64.const 9)"))).events).toEqual([
      { ...inval, type: 9 },
      { ...inval, type: 0 },
    ]);
  });

  test("no subscription is EINVAL", async () => {
    expect((await bytesOf(await worldOf(answering(["poll_oneoff"], poll(0))))).getUint32(56, true)).toBe(ERRNO.inval);
  });

  test("a restart ends a program that sleeps at once: it has no word for CLOSED", async () => {
    const body = `(func (export "_start") (loop $again ${subscribe(1024, 1, "(i64.const 1000000000)")} ${poll(1)}
      (drop (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))) (br $again)))`;
    const world = await worldOf(wasi(["poll_oneoff"], body), { kind: "daemon" });
    world.session("a").restart();
    await world.settle();
    expect(world.kv("a")).toEqual({});
    expect(world.session("a").runner.state).toBe("running");
    await world.advance(1_000);
    expect(world.kv("a")).toEqual({ "\0": "\0" });
  });

  test("sched_yield is one, too: what was done before it is committed", async () => {
    const body = `(func (export "invoke") (drop (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
      (drop (call $sched_yield)) unreachable)`;
    const world = await worldOf(wasi(["sched_yield"], body), { attemptsMax: 1 });
    await world.send("a", "x");
    expect(world.kv("a")).toEqual({ "\0": "\0" });
  });
});

describe("§5 everything that a runtime does not have answers ENOSYS rather than trapping", () => {
  const absent = WASI_FUNCTIONS.filter((name) => /^(path|sock)_/.test(name)).concat(
    "fd_readdir",
    "fd_pread",
    "fd_pwrite",
    "fd_allocate",
  );

  test.each(absent)("%s", async (name) => {
    const text = answering([], "").replace(
      "(module",
      `(module (import "wasi_snapshot_preview1" "${name}" (func $absent (param i32 i32) (result i32)))`,
    );
    const code = `(i32.store (i32.const 0) (call $absent (i32.const 3) (i32.const 0)))`;
    const world = await worldOf(text.replace("(drop (call $reply", `${code} (drop (call $reply`));
    expect((await bytesOf(world)).getUint32(0, true)).toBe(ERRNO.nosys);
  });

  test.each(["fd_future", "constructor", "__proto__"])(
    "a function that preview 1 does not have either: %s",
    async (name) => {
      const text = answering([], "").replace(
        "(module",
        `(module (import "wasi_snapshot_preview1" "${name}" (func $absent (result i32)))`,
      );
      const world = await worldOf(
        text.replace("(drop (call $reply", "(i32.store (i32.const 0) (call $absent)) (drop (call $reply"),
      );
      expect((await bytesOf(world)).getUint32(0, true)).toBe(ERRNO.nosys);
    },
  );
});

describe("§2 _start, and how a command ends", () => {
  const store = `(drop (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))`;
  const receive = `(drop (call $receive (i64.const 0) (i32.const 64) (i32.const 9)))`;
  const exit = (code: number) => `(call $proc_exit (i32.const ${code}))`;

  test("_start of a reactive atom runs once a message, each time in a new instance", async () => {
    const body = `(global $count (mut i32) (i32.const 48)) (func (export "_start") ${receive}
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (i32.store8 (i32.const 0) (global.get $count)) (drop (call $reply (i32.const 0) (i32.const 1))))`;
    const world = await worldOf(wasi([], body));
    expect([shownAnswer(await world.ask("a", "")), shownAnswer(await world.ask("a", ""))]).toEqual(["1", "1"]);
  });

  test("_start of a daemon is its life", async () => {
    const world = await worldOf(wasi([], `(func (export "_start") ${store})`), { kind: "daemon" });
    expect(world.session("a").runner.state).toBe("ended");
    expect(world.kv("a")).toEqual({ "\0": "\0" });
  });

  test("proc_exit(0) ends a daemon well: its effects are committed, and it stays ended", async () => {
    const world = await worldOf(wasi(["proc_exit"], `(func (export "_start") ${store} ${exit(0)} unreachable)`), {
      kind: "daemon",
    });
    await world.advance(60_000);
    expect(world.session("a").runner.state).toBe("ended");
    expect(world.trapText("a")).toBe("");
    expect(world.kv("a")).toEqual({ "\0": "\0" });
  });

  test("proc_exit(0) ends a reactive atom's message well; the next one has a new instance", async () => {
    const world = await worldOf(
      wasi(
        ["proc_exit"],
        `(func (export "invoke") ${receive} (drop (call $reply (i32.const 64) (i32.const 1))) ${exit(0)})`,
      ),
    );
    expect([shownAnswer(await world.ask("a", "1")), shownAnswer(await world.ask("a", "2"))]).toEqual(["1", "2"]);
    expect(world.session("a").atom.mailbox.count).toBe(0);
    expect(world.trapText("a")).toBe("");
  });

  test("any other code is a trap", async () => {
    const world = await worldOf(wasi(["proc_exit"], `(func (export "_start") ${store} ${exit(3)})`), {
      kind: "daemon",
    });
    expect(world.trapText("a")).toBe("The atom exited with code 3.");
    expect(world.session("a").runner.state).toBe("backoff");
    expect(world.kv("a")).toEqual({});
  });

  test("an exit in a callback ends what is below it as well", async () => {
    const body = `(import "radon:core" "sleep" (func $sleep (param i64) (result i32)))
      (func (export "radon_callback") (param i32 i32 i32) ${store} ${exit(0)})
      (func (export "invoke") (drop (call $on (i32.const 1) (i32.const 1))) (drop (call $sleep (i64.const -1))) unreachable)`;
    const [sleep = "", ...rest] = body.split("\n");
    const world = await worldOf(wasi(["proc_exit"], rest.join("\n")).replace("(module", `(module ${sleep}`), {
      kind: "daemon",
    });
    await world.interrupt("a", 1);
    expect(world.session("a").runner.state).toBe("ended");
    expect(world.trapText("a")).toBe("");
    expect(world.kv("a")).toEqual({ "\0": "\0" });
  });

  test("an exit in a callback between messages ends the instance, not the atom", async () => {
    const body = `(func (export "radon_callback") (param i32 i32 i32) ${exit(0)})
      (func (export "invoke") ${receive} (drop (call $on (i32.const 1) (i32.const 1))) (drop (call $reply (i32.const 64) (i32.const 1))))`;
    const world = await worldOf(wasi(["proc_exit"], body));
    await world.ask("a", "1");
    await world.interrupt("a", 1);
    expect(shownAnswer(await world.ask("a", "2"))).toBe("2");
    expect(world.trapText("a")).toBe("");
  });
});
