/** docs/abi.md, sections 1 and 2: what a trap does, what its author is told, and that nothing in a guest can undo it. */
import { describe, expect, test } from "vitest";
import { shownAnswer } from "../engine/engine-harness.ts";
import { plain, RECEIVE, worldOf } from "./plain-atoms.ts";

describe("§2 the text of a trap", () => {
  test("says what happened and where: the functions of the guest by name, and none of the runtime's", async () => {
    const body = `(func $inner unreachable) (func $outer (call $inner)) (func $invoke (export "invoke") (call $outer))`;
    const world = await worldOf(plain([], body));
    await world.send("a", "x");
    const [headline, ...frames] = world.trapText("a").split("\n");
    expect(headline).toBe("RuntimeError: unreachable (It ended itself, as an abort or a panic does.)");
    expect(frames.map((frame) => frame.trim().split(" ")[1])).toEqual(["inner", "outer", "invoke"]);
    expect(world.trapText("a")).not.toMatch(/guest\.ts|instance\.ts|node:/);
    expect(world.logs("a").at(-1)).toContain("Trap: RuntimeError: unreachable");
  });

  test.each([
    ["a division by zero", "(drop (i32.div_s (i32.const 1) (i32.const 0)))", /divide by zero/],
    ["a load outside memory", "(drop (i32.load (i32.const 65536)))", /memory access out of bounds/],
    ["a call of nothing", "(call_indirect (i32.const 0))", /table index|null function|signature/],
    ["endless recursion", "(call $again)", /Maximum call stack size exceeded/],
  ])("%s", async (_, code, reason) => {
    const body = `(table 1 funcref) (func $again (call $again)) (func (export "invoke") ${code})`;
    const world = await worldOf(plain([], body), { attemptsMax: 1 });
    expect(shownAnswer(await world.ask("a", "x"))).toMatch(reason);
  });

  test("a fault in a host function names the guest's function that called it", async () => {
    const body = `(func $careless (drop (call $put (i32.const 65536) (i32.const 1) (i32.const 0) (i32.const 0))))
      (func (export "invoke") (call $careless))`;
    const world = await worldOf(plain(["put"], body));
    await world.send("a", "x");
    const [headline, first] = world.trapText("a").split("\n");
    expect(headline).toBe("The range [65536, 65537) leaves the atom's memory of 65536 bytes.");
    expect(first).toContain("careless");
  });

  test("a deep stack is shown as far as it helps", async () => {
    const depth = Array.from({ length: 16 }, (_, at) => `(func $f${at} (call $f${at + 1}))`).join(" ");
    const world = await worldOf(plain([], `${depth} (func $f16 unreachable) (func (export "invoke") (call $f0))`));
    await world.send("a", "x");
    expect(world.trapText("a").split("\n").length).toBe(19);
  });

  test("repeats what the guest said as an error in the turn that it then ended, and nothing that was committed", async () => {
    const say = (at: number) => `(call $log (i32.const 4) (i32.const ${at}) (i32.const 3))`;
    const data = `(data (i32.const 0) "oldnew")`;
    const trapOf = async (code: string): Promise<string> => {
      const world = await worldOf(plain(["log", "receive"], `${data} (func (export "invoke") ${code} unreachable)`));
      await world.send("a", "x");
      return world.trapText("a").split("\n")[0] ?? "";
    };
    const commit = "(drop (call $receive (i64.const 0) (i32.const 64) (i32.const 64)))";
    expect(await trapOf(`${say(0)} ${commit} ${say(3)}`)).toBe("RuntimeError: unreachable (It said: new)");
    expect(await trapOf(`${say(0)} ${say(3)}`)).toBe("RuntimeError: unreachable (It said: old / new)");
    expect(await trapOf(`${say(0)} ${commit}`)).toMatch(/^RuntimeError: unreachable \(It ended itself/);
    const info = "(call $log (i32.const 2) (i32.const 0) (i32.const 3))";
    expect(await trapOf(info)).toMatch(/^RuntimeError: unreachable \(It ended itself/);
  });

  test("an exception that the guest does not catch is a trap", async () => {
    const world = await worldOf(plain([], `(tag $oops) (func (export "invoke") (throw $oops))`));
    await world.send("a", "x");
    expect(world.trapText("a")).toBe("The atom threw an exception that it did not catch.");
  });
});

describe("§1 a guest that catches everything cannot swallow a fault", () => {
  const wrong = "(drop (call $put (i32.const 65536) (i32.const 1) (i32.const 0) (i32.const 0)))";
  const right = "(drop (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))";
  const leaves = /leaves the atom's memory/;

  test.each([
    ["returns", ""],
    ["goes on calling", right],
    ["catches again and again", `(try (do ${right}) (catch_all)) (try (do ${right}) (catch_all))`],
    ["goes on waiting", RECEIVE],
    ["throws its own exception", "(throw $oops)"],
    ["traps", "unreachable"],
  ])("and then %s", async (_, then) => {
    const body = `(tag $oops) (func (export "invoke") ${right} (try (do ${wrong}) (catch_all)) ${then})`;
    const world = await worldOf(plain(["receive", "put"], body), { attemptsMax: 1 });
    expect(shownAnswer(await world.ask("a", "x"))).toMatch(leaves);
    expect(world.kv("a")).toEqual({});
  });

  test("nor can code below a callback", async () => {
    const body = `(func (export "radon_callback") (param i32 i32 i32) unreachable)
      (func (export "invoke")
        (drop (call $on (i32.const 1) (i32.const 1)))
        (try (do (drop (call $sleep (i64.const 1000)))) (catch_all))
        ${right})`;
    const world = await worldOf(plain(["sleep", "put", "on"], body), { attemptsMax: 1 });
    await world.send("a", "x");
    await world.interrupt("a", 1);
    expect(world.trapText("a")).toContain("unreachable");
    expect(world.kv("a")).toEqual({});
  });

  test("exceptions of its own it may catch as it likes", async () => {
    const body = `(tag $oops) (func (export "invoke") ${RECEIVE}
      (try (do (throw $oops)) (catch $oops (drop (call $reply (i32.const 64) (i32.const 2))))))`;
    const world = await worldOf(plain(["receive", "reply"], body));
    expect(shownAnswer(await world.ask("a", "ok"))).toBe("ok");
  });
});

describe("AssemblyScript's own imports", () => {
  const imports = `(import "env" "abort" (func $abort (param i32 i32 i32 i32))) (import "env" "seed" (func $seed (result f64)))`;
  /** A string as AssemblyScript keeps it: its length in bytes, then UTF-16. */
  const managed = (at: number, text: string) => {
    const bytes = [...Buffer.from([text.length * 2, 0, 0, 0]), ...Buffer.from(text, "utf16le")];
    return `(data (i32.const ${at - 4}) "${bytes.map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}")`;
  };

  test("abort traps with the message and the place in the source", async () => {
    const world =
      await worldOf(`(module ${imports} (memory (export "memory") 1) ${managed(64, "Index out of range")} ${managed(128, "~lib/array.ts")}
      (func $invoke (export "invoke") (call $abort (i32.const 64) (i32.const 128) (i32.const 12) (i32.const 34))))`);
    await world.send("a", "x");
    expect(world.trapText("a")).toMatch(/^Index out of range \(~lib\/array\.ts:12:34\)\n {2}at invoke/);
  });

  test("abort without a message, and with pointers that mean nothing, traps as well", async () => {
    const world = await worldOf(`(module ${imports} (memory (export "memory") 1)
      (func (export "invoke") (call $abort (i32.const 0) (i32.const -8) (i32.const 0) (i32.const 0))))`);
    await world.send("a", "x");
    expect(world.trapText("a")).toContain("leaves the atom's memory");
  });

  test("seed is a number", async () => {
    const world = await worldOf(
      `(module ${imports} (memory (export "memory") 1) (func (export "invoke") (drop (call $seed))))`,
    );
    await world.send("a", "x");
    expect(world.trapText("a")).toBe("");
  });
});
