/** What a start of an atom tells of its module (durable/atom-session.ts, `started`). */
import { afterEach, describe, expect, test, vi } from "vitest";
import { plain, RECEIVE, worldOf } from "../conformance/plain-atoms.ts";
import { World } from "./engine-harness.ts";
import { wat } from "./wat.ts";

afterEach(() => vi.restoreAllMocks());

const DAEMON = { kind: "daemon" } as const;
const LOOP = `(func (export "invoke") (loop $again ${RECEIVE} (br $again)))`;
const TRAP = `(func (export "invoke") unreachable)`;

/** What the start of the atom tells, without time passing. */
async function startOf(world: World): Promise<string | undefined> {
  const started = world.session("a").started();
  await world.settle();
  return started;
}

describe("it tells nothing of", () => {
  test("a reactive atom that has nothing to do", async () => {
    expect(await startOf(new World([{ name: "a", module: wat(plain([], TRAP)) }]))).toBeUndefined();
  });

  test("a daemon that waits for its first message, however often it is started", async () => {
    const world = new World([{ name: "a", module: wat(plain(["receive"], LOOP)), ...DAEMON }]);
    expect([await startOf(world), await startOf(world)]).toEqual([undefined, undefined]);
  });

  test("a daemon that has returned", async () => {
    expect(await startOf(await worldOf(plain([], `(func (export "invoke"))`), DAEMON))).toBeUndefined();
  });

  test("a message that traps: that is the message's affair", async () => {
    const world = await worldOf(plain([], TRAP));
    await world.send("a", "poison");
    expect(world.session("a").runner.state).toBe("backoff");
    expect(await startOf(world)).toBeUndefined();
  });
});

describe("it tells of", () => {
  test("a daemon that traps before any message", async () => {
    expect(await startOf(new World([{ name: "a", module: wat(plain([], TRAP)), ...DAEMON }]))).toMatch(
      /^It trapped and starts again in 50 ms\. The last trap: RuntimeError: unreachable/,
    );
  });

  test("a module that cannot be loaded", async () => {
    const module = wat(`(module (memory (export "memory") 1))`);
    expect(await startOf(new World([{ name: "a", module, ...DAEMON }]))).toContain('exports neither "invoke" nor');
  });

  test.each(["_initialize", "migrate"])("a new version whose %s traps", async (name) => {
    const world = await worldOf(plain(["receive"], `(func (export "invoke") ${RECEIVE})`));
    await world.send("a", "x");
    await world.deploy("a", wat(plain([], `(func (export "${name}") unreachable) (func (export "invoke"))`)), "new");
    expect(await startOf(world)).toMatch(/The (last )?trap: RuntimeError: unreachable/);
  });
});
