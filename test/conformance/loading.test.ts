/** docs/abi.md, sections 1 and 2: what a module exports and imports, and what is said of one that cannot be loaded. */
import { describe, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../../durable/core/application.ts";
import { shownAnswer, World } from "../engine/engine-harness.ts";
import { wat } from "../engine/wat.ts";
import { INITIALIZED, INVOKED, plain, RECEIVE, worldOf } from "./plain-atoms.ts";

const MEMORY = `(memory (export "memory") 1)`;
const INVOKE = `(func (export "invoke"))`;
const ECHO = `(func (export "invoke") ${RECEIVE} (drop (call $reply (i32.const 64) (i32.const 1))))`;

describe("§2 _initialize", () => {
  const text = plain(["log"], `(func (export "_initialize") ${INITIALIZED}) (func (export "invoke") ${INVOKED})`);

  test("is called once an instance, before all else", async () => {
    const world = await worldOf(text);
    expect(world.logs("a")).toEqual([]);
    await world.send("a", "1");
    await world.send("a", "2");
    expect(world.logs("a")).toEqual(["info: initials", "info: invoke..", "info: invoke.."]);
  });

  test("of a daemon, too", async () => {
    const world = await worldOf(text, { kind: "daemon" });
    expect(world.logs("a").slice(0, 2)).toEqual(["info: initials", "info: invoke.."]);
  });

  test("its effects are committed, and it may block", async () => {
    const body = `(func (export "_initialize")
        (drop (call $put (i32.const 0) (i32.const 4) (i32.const 4) (i32.const 4)))
        (drop (call $sleep (i64.const 100))))
      (func (export "invoke") ${INVOKED})`;
    const world = await worldOf(plain(["log", "sleep", "put"], body));
    await world.send("a", "x");
    expect(world.logs("a")).toEqual([]);
    await world.advance(100);
    expect(world.logs("a")).toEqual(["info: invoke.."]);
    expect(world.kv("a")).toEqual({ init: "ials" });
  });

  test("a reactive atom whose initialization traps again and again refuses its askers", async () => {
    const world = await worldOf(plain([], `(func (export "_initialize") unreachable) ${INVOKE}`), { attemptsMax: 3 });
    const answer = shownAnswer(await world.ask("a", "x"));
    expect(answer).toMatch(/^CLOSED: Its initialization trapped 3 times; restart it once it is mended/);
    expect(world.session("a").runner.state).toBe("failed");
  });

  test("a restart gives it all its attempts again", async () => {
    const world = await worldOf(plain([], `(func (export "_initialize") unreachable) ${INVOKE}`), { attemptsMax: 3 });
    await world.ask("a", "x");
    world.session("a").restart();
    const { restarts } = world.session("a").atom.supervisor;
    await world.ask("a", "x");
    expect(world.session("a").atom.supervisor.restarts).toBe(restarts + 3);
  });
});

describe("§2 a module's start function", () => {
  test("a trap in it counts as one in _initialize", async () => {
    const world = await worldOf(plain([], `(func $start unreachable) (start $start) ${INVOKE}`), { attemptsMax: 3 });
    expect(shownAnswer(await world.ask("a", "x"))).toMatch(/^CLOSED: Its initialization trapped 3 times/);
  });

  test("one that uses memory is told what to do instead", async () => {
    const world = await worldOf(plain(["log"], `(func $start ${INITIALIZED}) (start $start) ${INVOKE}`));
    await world.send("a", "x");
    expect(world.trapText("a")).toContain("export it as _initialize");
  });
});

describe("§2 what cannot be loaded is said clearly", () => {
  const importing = (line: string) => `(module (import ${line}) ${MEMORY} ${INVOKE})`;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["no memory", `(module ${INVOKE})`, /cloud\/a, export memory: It does not export its memory as "memory"/],
    ["neither invoke nor _start", `(module ${MEMORY})`, /exports neither "invoke" nor "_start"/],
    ["an unknown function", importing(`"radon:kv" "puts" (func)`), /imports radon:kv\.puts, which Radon does not have/],
    ["an unknown module", importing(`"wasi_unstable" "fd_write" (func)`), /imports wasi_unstable\.fd_write/],
    ["an imported memory", importing(`"env" "data" (memory 1)`).replace(MEMORY, ""), /"memory"/],
    ["a module named as JavaScript's own", importing(`"__proto__" "toString" (func)`), /imports __proto__\.toString/],
    ["a function named so", importing(`"radon:core" "constructor" (func)`), /imports radon:core\.constructor/],
    [
      "a radon_callback that is no function",
      `(module ${MEMORY} (global (export "radon_callback") i32 (i32.const 0)) ${INVOKE})`,
      /Its export "radon_callback" is a global\. Export it as a function/,
    ],
  ];

  test.each(cases)("%s", async (_, text, reason) => {
    const { toString } = Object.prototype;
    const world = await worldOf(text);
    const answer = shownAnswer(await world.ask("a", "x"));
    expect(answer).toMatch(/^CLOSED: /);
    expect(answer).toMatch(reason);
    expect(world.logs("a")[0]).toMatch(/^error: The module was not loaded/);
    expect(Object.prototype.toString).toBe(toString);
  });
});

test("§2 a daemon that cannot be loaded comes to rest, and refuses its askers", async () => {
  const world = await worldOf(`(module ${MEMORY})`, { kind: "daemon" });
  await world.send("a", "a message that nobody will ever read");
  expect(shownAnswer(await world.ask("a", "x"))).toMatch(/^CLOSED: .*exports neither "invoke" nor "_start"/);
  const { state, hasWork } = world.session("a").runner;
  expect([state, hasWork]).toEqual(["failed", false]);
});

describe("§1 grants", () => {
  const refusal = async (line: string, grants: ["messaging"] | ["http-trigger"]) => {
    const world = await worldOf(`(module (import ${line}) ${MEMORY} ${INVOKE})`, { grants });
    return shownAnswer(await world.ask("a", "x"));
  };

  test("a capability that is not granted fails the load, whether it is called or not", async () => {
    const answer = await refusal(`"radon:kv" "get" (func (param i32 i32 i32 i32) (result i32))`, ["messaging"]);
    expect(answer).toMatch(/imports radon:kv\.get, but the capability "kv" is not granted/);
  });

  test("outgoing HTTP has a grant of its own", async () => {
    const answer = await refusal(`"radon:http" "fetch" (func (param i32 i32 i32 i32) (result i64))`, ["http-trigger"]);
    expect(answer).toContain('the capability "http" is not granted');
  });

  test("a capability that the module does not import needs no grant", async () => {
    const world = await worldOf(plain(["receive", "reply"], ECHO), { grants: ["messaging"] });
    expect(shownAnswer(await world.ask("a", "x"))).toBe("x");
  });

  test("atoms of one module have grants of their own", async () => {
    const module = wat(plain(["receive", "reply"], ECHO));
    const { grants } = DEFAULT_SETTINGS;
    const without = grants.filter((grant) => grant !== "messaging");
    const world = new World([
      { name: "granted", module, grants },
      { name: "refused", module, grants: without },
      { name: "refused-too", module, grants: without },
    ]);
    const answers = [];
    for (const name of ["granted", "refused", "refused-too"]) answers.push(shownAnswer(await world.ask(name, "x")));
    expect(answers).toEqual([
      "x",
      expect.stringMatching(/^CLOSED: The module of cloud\/refused, .* "messaging" is not granted/),
      expect.stringMatching(/^CLOSED: The module of cloud\/refused-too, .* "messaging" is not granted/),
    ]);
  });
});
