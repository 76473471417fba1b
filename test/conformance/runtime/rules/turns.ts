/** Section 3: the effects of a turn are committed together, or not at all. */
import { call, program, trap, type Step } from "../../puppet-program.ts";
import type { Kit } from "../kit.ts";
import { expectEqual, lastError, reply, rule, say, sleepFor } from "../rule.ts";

/** What a turn can do that others see: a write, a message, an interrupt, a request, a reply. */
function effects(kit: Kit, key: string): Step[] {
  return [
    call("kv.put", key, "written"),
    call("messaging.send", "b", kit.script("b", say("sent"))),
    call("messaging.interrupt", "b", 7, "!"),
    call("future.request", "b", kit.script("b", say("asked")), -1),
    reply("answer"),
  ];
}

/** `b` takes interrupts while it is at rest. */
const listening = (kit: Kit) => kit.tell("b", call("interrupt.on", 7, program(say("interrupted"))));

export const turnRules = [
  rule(
    "turn-commits",
    "3",
    "At a blocking point all effects of the turn are there for others, while the atom goes on.",
    async (kit) => {
      await listening(kit);
      const answer = kit.ask("a", ...effects(kit, "commits"), sleepFor(500), say("end"));
      const seen = await kit.lines("b", 5);
      expectEqual(seen.filter((line) => /^[a-z]+$/.test(line)).toSorted(), ["asked", "interrupted", "sent"]);
      expectEqual([(await answer).text, await kit.stored("a", "commits")], ["answer", "written"]);
      expectEqual((await kit.lines("a")).includes("end"), false);
      await kit.lines("a", 1);
    },
  ),
  rule("turn-drops", "3", "A trap drops every effect of its turn.", async (kit) => {
    await listening(kit);
    const { status } = await kit.ask("a", ...effects(kit, "drops"), trap());
    expectEqual([status, await kit.stored("a", "drops")], [502, undefined]);
    expectEqual(await kit.tell("b", say("later")), ["later"]);
  }),
  rule("turn-parts", "3", "A trap after a blocking point takes back only what came after it.", async (kit) => {
    const before = [call("kv.put", "before", "1"), sleepFor(0)];
    await kit.ask("a", ...before, call("kv.put", "after", "1"), trap());
    expectEqual([await kit.stored("a", "before"), await kit.stored("a", "after")], ["1", undefined]);
  }),
  rule(
    "turn-callback",
    "3",
    "What a callback did is committed when it ends, though the code below it traps.",
    async (kit) => {
      await kit.post(
        "a",
        call("interrupt.on", 1, program(call("kv.put", "in-callback", "1"), say("called"))),
        say("ready"),
        sleepFor(200),
        trap(),
      );
      await kit.until("it is ready", async () => (await kit.lines("a")).includes("ready"));
      await kit.interrupt("a", 1);
      await kit.until("it gave up", async () => (await kit.report("a")).mailbox.messages === 0);
      expectEqual(await kit.stored("a", "in-callback"), "1");
    },
  ),
  rule("own-writes", "4", "An atom reads its own writes, in the same turn and later.", async (kit) => {
    const get = () => call("kv.get", "own", 0, 0);
    const steps = [call("kv.put", "own", "12"), get(), call("core.yield"), get(), call("kv.delete", "own"), get()];
    const lines = await kit.tell("a", ...steps);
    expectEqual(lines, [
      "kv.put = 0",
      "kv.get = 2",
      "core.yield = 0",
      "kv.get = 2",
      "kv.delete = 0",
      "kv.get = NOT_FOUND",
    ]);
    expectEqual((await kit.tell("a", get(), lastError()))[0], "kv.get = NOT_FOUND");
  }),
];
