/** Sections 3, 4 and 6: requests, their answers, and cycles. */
import { call, out, program, trap, type Step } from "../../puppet-program.ts";
import type { Kit, Puppet } from "../kit.ts";
import { awaited, expectEqual, expectMatch, lastError, reply, rule, sleepFor } from "../rule.ts";

/** Asks a puppet to do something; the request, then what came of it. */
function asking(kit: Kit, to: Puppet, ...steps: Step[]): Step {
  return call("future.request", to, kit.script(to, ...steps), -1);
}

function ask(kit: Kit, to: Puppet, ...steps: Step[]): Step[] {
  const asked = asking(kit, to, ...steps);
  return [asked, awaited(asked)];
}

const awaits = (lines: readonly string[]) => lines.filter((line) => line.startsWith("future.await"));

export const requestRules = [
  rule("request", "4", "A request gives an id at once, and await has the reply.", async (kit) => {
    expectEqual(await kit.tell("a", ...ask(kit, "b", reply("hello"))), [
      "future.request = id",
      'future.await = 5 "hello"',
    ]);
  }),
  rule("await-timeout", "6", "await that times out leaves the future pending.", async (kit) => {
    const asked = asking(kit, "b", sleepFor(200), reply("late"));
    const lines = await kit.tell("a", asked, awaited(asked, 20), call("future.poll", asked), awaited(asked));
    expectEqual(lines.slice(1), ["future.await = TIMEOUT", "future.poll = 0", 'future.await = 4 "late"']);
  }),
  rule(
    "request-timeout",
    "6",
    "A request's own timeout completes it with TIMEOUT; the late reply is dropped.",
    async (kit) => {
      const asked = call("future.request", "b", kit.script("b", sleepFor(200), reply("late")), 50);
      const lines = await kit.tell("a", asked, awaited(asked), sleepFor(300), call("future.poll", asked));
      expectEqual(lines.slice(1), ["future.await = TIMEOUT", "core.sleep = 0", "future.poll = NOT_FOUND"]);
    },
  ),
  rule("result-once", "6", "A result is handed out once; then the future is unknown.", async (kit) => {
    const asked = asking(kit, "b", reply("once"));
    const lines = await kit.tell("a", asked, awaited(asked), awaited(asked));
    expectEqual(lines.slice(1), ['future.await = 4 "once"', "future.await = NOT_FOUND"]);
  }),
  rule("failure", "4", "A request that is failed completes with REMOTE and the sentence.", async (kit) => {
    const lines = await kit.tell("a", ...ask(kit, "b", call("messaging.fail", "Not today.")), lastError());
    expectEqual(lines[1], "future.await = REMOTE");
    expectMatch(lines[2], /Not today\./);
  }),
  rule("no-answer", "6", "A request that is neither answered nor kept fails with REMOTE.", async (kit) => {
    expectEqual(awaits(await kit.tell("a", ...ask(kit, "b"))), ["future.await = REMOTE"]);
  }),
  rule(
    "peer-traps",
    "6",
    "Who asked an atom that traps for good gets the trap's text as a failure, REMOTE.",
    async (kit) => {
      const lines = await kit.tell("a", ...ask(kit, "b", trap()), lastError());
      expectEqual(lines[1], "future.await = REMOTE");
      expectMatch(lines[2], /^core\.last_error = \d+ "\S+/);
    },
  ),
  rule("reply-once", "6", "Answering twice is INVALID.", async (kit) => {
    await kit.ask("b", reply("first"), reply("second"));
    expectEqual(await kit.lines("b", 2), ["messaging.reply = 0", "messaging.reply = INVALID"]);
  }),
  rule(
    "token",
    "6",
    "A request that is kept by its token is answered later; a token that is unknown or used is NOT_FOUND.",
    async (kit) => {
      const token = call("messaging.reply_token");
      const timer = call("future.timer", 50);
      const later = program(
        call("messaging.reply_to", token, "later"),
        call("messaging.reply_to", token, "again"),
        call("messaging.reply_to", 999_999, "x"),
      );
      const { status, text } = await kit.ask("b", token, timer, call("future.on_complete", timer, later));
      expectEqual([status, text], [200, "later"]);
      const answers = (await kit.lines("b", 8)).filter((line) => line.startsWith("messaging.reply_to ="));
      expectEqual(
        answers,
        ["0", "NOT_FOUND", "NOT_FOUND"].map((result) => `messaging.reply_to = ${result}`),
      );
    },
  ),
  rule(
    "deadlock",
    "3",
    "A request that reaches an atom which waits for its asker fails at once with DEADLOCK.",
    async (kit) => {
      const toB = ask(kit, "b", ...ask(kit, "a"), reply("b's"));
      expectEqual(awaits(await kit.tell("a", ...toB)), ['future.await = 3 "b\'s"']);
      expectEqual(awaits(await kit.lines("b", 3)), ["future.await = DEADLOCK"]);
    },
  ),
  rule(
    "reentrant",
    "3",
    "With on_reentrant such a request is the current message of the callback, which may answer it.",
    async (kit) => {
      const callback = program(call("core.take", out(4)), call("messaging.kind"), reply("inside"));
      const inner = call("future.request", "a", "ping", -1);
      const toB = ask(kit, "b", inner, awaited(inner), reply("b's"));
      const lines = await kit.tell("a", call("messaging.on_reentrant", callback), ...toB, call("messaging.kind"));
      const within = ["> reentrant 4", 'core.take = 4 "ping"', "messaging.kind = 1", "messaging.reply = 0", "<"];
      expectEqual(lines.slice(2), [...within, 'future.await = 3 "b\'s"', "messaging.kind = 0"]);
      expectEqual(awaits(await kit.lines("b", 3)), ['future.await = 6 "inside"']);
    },
  ),
  rule("longer-cycle", "3", "A cycle of three is one, too.", async (kit) => {
    const toC = ask(kit, "c", ...ask(kit, "a"), reply("c's"));
    expectEqual(awaits(await kit.tell("a", ...ask(kit, "b", ...toC, reply("b's")))), ['future.await = 3 "b\'s"']);
    expectEqual(awaits(await kit.lines("c", 3)), ["future.await = DEADLOCK"]);
  }),
  rule("asks-itself", "3", "An atom that asks itself and has no on_reentrant gets DEADLOCK.", async (kit) => {
    expectEqual(awaits(await kit.tell("a", ...ask(kit, "a"))), ["future.await = DEADLOCK"]);
  }),
];
