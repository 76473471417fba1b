/** Sections 3 and 4: interrupts and callbacks. */
import { call, out, program } from "../../puppet-program.ts";
import type { Kit } from "../kit.ts";
import { expectEqual, rule, say, sleepFor } from "../rule.ts";

/** Until the puppet has said that it came so far. */
const ready = (kit: Kit) => kit.until("it is ready", async () => (await kit.lines("a")).includes("ready"));

export const callbackRules = [
  rule(
    "interrupt",
    "3",
    "An interrupt's callback runs at a blocking point: kind 3, its payload in take, its sender empty if it came from outside.",
    async (kit) => {
      const callback = program(call("core.take", out(9)), call("messaging.kind"), call("messaging.sender", out(20)));
      await kit.post("a", call("interrupt.on", 1, callback), say("ready"), sleepFor(300), call("messaging.kind"));
      await ready(kit);
      await kit.interrupt("a", 1, "hello");
      const lines = await kit.lines("a", 7);
      expectEqual(lines, [
        "> interrupt 5",
        'core.take = 5 "hello"',
        "messaging.kind = 3",
        "messaging.sender = 0",
        "<",
        "core.sleep = 0",
        "messaging.kind = 0",
      ]);
    },
  ),
  rule("interrupt-at-rest", "6", "Callbacks run as well while the atom is at rest.", async (kit) => {
    await kit.tell("a", call("interrupt.on", 1, program(say("called"))));
    await kit.interrupt("a", 1);
    expectEqual(await kit.lines("a", 3), ["> interrupt 0", "called", "<"]);
  }),
  rule("interrupt-off", "4", "After off a signal is dropped, as is one that nobody registered for.", async (kit) => {
    await kit.tell("a", call("interrupt.on", 1, program(say("called"))), call("interrupt.off", 1));
    await kit.interrupt("a", 1);
    await kit.interrupt("a", 99);
    expectEqual(await kit.tell("a", say("next")), ["next"]);
  }),
  rule(
    "nesting",
    "3",
    "A callback that blocks is itself interrupted, and the last to begin is the first to end.",
    async (kit) => {
      const inner = program(say("inner"));
      const outer = program(say("ready"), sleepFor(300), say("outer ends"));
      const callbacks = [call("interrupt.on", 1, outer), call("interrupt.on", 2, inner)];
      await kit.post("a", ...callbacks, say("ready"), sleepFor(600), say("below ends"));
      await ready(kit);
      await kit.interrupt("a", 1);
      await ready(kit);
      await kit.interrupt("a", 2);
      const ends = ["core.sleep = 0", "outer ends", "<", "core.sleep = 0", "below ends"];
      expectEqual(await kit.lines("a", 8), ["> interrupt 0", "inner", "<", ...ends]);
    },
  ),
  rule("masking", "3", "Masked interrupts wait, and come at the first blocking point after unmask.", async (kit) => {
    const steps = [
      call("interrupt.on", 1, program(say("called"))),
      call("interrupt.mask"),
      say("ready"),
      sleepFor(300),
    ];
    await kit.post("a", ...steps, call("interrupt.unmask"), say("unmasked"), call("core.yield"));
    await ready(kit);
    await kit.interrupt("a", 1);
    expectEqual(await kit.lines("a", 7), [
      "core.sleep = 0",
      "interrupt.unmask = 0",
      "unmasked",
      "> interrupt 0",
      "called",
      "<",
      "core.yield = 0",
    ]);
  }),
  rule(
    "future-callback",
    "4",
    "A completed future's callback runs at a blocking point; the current message is none there.",
    async (kit) => {
      const timer = call("future.timer", 0);
      const callback = program(call("messaging.kind"));
      const lines = await kit.tell("a", timer, call("future.on_complete", timer, callback), sleepFor(50));
      expectEqual(lines.slice(2), ["> future 0", "messaging.kind = NOT_FOUND", "<", "core.sleep = 0"]);
    },
  ),
  rule("timers-in-order", "4", "Timers complete in the order of their times.", async (kit) => {
    const timers = [90, 30, 60].map((ms) => ({ timer: call("future.timer", ms), ms }));
    const callbacks = timers.map(({ timer, ms }) => call("future.on_complete", timer, program(say(String(ms)))));
    const lines = await kit.tell("a", ...timers.map(({ timer }) => timer), ...callbacks, sleepFor(300));
    expectEqual(
      lines.filter((line) => /^\d+$/.test(line)),
      ["30", "60", "90"],
    );
  }),
  rule("cancel", "6", "cancel completes a future with CANCELLED, and its callback runs.", async (kit) => {
    const timer = call("future.timer", -1);
    const lines = await kit.tell(
      "a",
      timer,
      call("future.on_complete", timer, program()),
      call("future.cancel", timer),
      call("core.yield"),
    );
    expectEqual(lines.slice(2), ["future.cancel = 0", "> future CANCELLED", "<", "core.yield = 0"]);
  }),
];
