/** Section 1: bytes, names, error codes, memory. */
import { call, out, peek } from "../../puppet-program.ts";
import { awaited, expectEqual, expectMatch, lastError, rule, say, sleepFor } from "../rule.ts";

const PAGES_BYTES = 80 * 65_536;

export const byteRules = [
  rule("self-name", "4", "self_name is runtime/atom.", async (kit) => {
    expectEqual(await kit.tell("a", call("core.self_name", out(20))), ['core.self_name = 5 "kit/a"']);
  }),
  rule(
    "bytes-out",
    "1",
    "Where the room is too small nothing is written, and the value waits for take, once.",
    async (kit) => {
      const small = out(2);
      const steps = [call("core.self_name", small), peek(small), call("core.take", out(9)), call("core.take", out(9))];
      expectEqual(await kit.tell("a", ...steps), [
        "core.self_name = 5",
        'peek = 2 "\ufffd\ufffd"',
        'core.take = 5 "kit/a"',
        "core.take = NOT_FOUND",
      ]);
    },
  ),
  rule("take-ends", "1", "A value waits only until the next call that returns bytes.", async (kit) => {
    const steps = [call("core.self_name", out(0)), call("core.self_name", out(9)), call("core.take", out(9))];
    expectEqual((await kit.tell("a", ...steps)).at(-1), "core.take = NOT_FOUND");
  }),
  rule("error-codes", "1", "A failure is its code, and last_error has a sentence for it.", async (kit) => {
    const [malformed, unknown] = [call("messaging.send", "?", "x"), call("messaging.send", "nobody", "x")];
    const large = call("messaging.send", "b", 0, 1_048_577);
    const lines = await kit.tell("a", malformed, lastError(), unknown, lastError(), large, lastError());
    expectEqual(
      [0, 2, 4].map((at) => lines[at]),
      ["messaging.send = INVALID", "messaging.send = NOT_FOUND", "messaging.send = TOO_LARGE"],
    );
    for (const at of [1, 3, 5]) expectMatch(lines[at], /^core\.last_error = \d+ "\S+ .+"$/);
  }),
  rule("range-traps", "1", "A range that leaves the memory traps the atom.", async (kit) => {
    const before = (await kit.report("a")).lastTrap;
    await kit.post("a", call("kv.put", PAGES_BYTES - 1, 2, 0, 0), say("went on"));
    await kit.until("its message is given up", async () => (await kit.report("a")).mailbox.messages === 0);
    expectEqual(await kit.lines("a"), []);
    if ((await kit.report("a")).lastTrap?.time === before?.time) throw new Error("It did not trap.");
  }),
  rule("range-at-end", "6", "An empty range at the exact end of memory is inside it.", async (kit) => {
    expectEqual(await kit.tell("a", call("core.self_name", PAGES_BYTES, 0)), ["core.self_name = 5"]);
  }),
  rule("sleep", "4", "sleep lasts as long as it is told, or longer.", async (kit) => {
    const before = Date.now();
    expectEqual((await kit.tell("a", sleepFor(150))).at(-1), "core.sleep = 0");
    if (Date.now() - before < 145) throw new Error(`It slept for ${Date.now() - before} ms instead of 150.`);
  }),
  rule("timer", "4", "A timer's future completes with nothing, one of -1 never.", async (kit) => {
    const [soon, never] = [call("future.timer", 20), call("future.timer", -1)];
    const lines = await kit.tell("a", soon, never, awaited(soon), awaited(never, 50), call("future.poll", never));
    expectEqual(lines.slice(2), ["future.await = 0", "future.await = TIMEOUT", "future.poll = 0"]);
  }),
];
