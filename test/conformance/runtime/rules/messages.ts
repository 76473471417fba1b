/** Sections 2, 4 and 6: messages, their order, traps and what becomes of them. */
import { call, out, trap } from "../../puppet-program.ts";
import { globalName } from "../kit.ts";
import { expectEqual, expectMatch, rule, say, sleepFor } from "../rule.ts";

const MESSAGES = 100;

export const messageRules = [
  rule("sender", "4", "sender is the atom's global name, and empty of what came from outside.", async (kit) => {
    const sender = () => call("messaging.sender", out(20));
    expectEqual(await kit.tell("b", sender()), ["messaging.sender = 0"]);
    await kit.tell("a", call("messaging.send", "b", kit.script("b", sender())));
    expectEqual(await kit.lines("b", 1), ['messaging.sender = 5 "kit/a"']);
  }),
  rule(
    "in-order",
    "4",
    "Messages of a pair of atoms arrive exactly once, in the order in which they were sent.",
    async (kit) => {
      const numbers = Array.from({ length: MESSAGES }, (_, index) => String(index));
      const sends = (some: readonly string[]) =>
        some.map((text) => call("messaging.send", "b", kit.script("b", say(text))));
      await kit.post("a", ...sends(numbers.slice(0, 60)), call("core.yield"), ...sends(numbers.slice(60)));
      expectEqual(await kit.lines("b", MESSAGES), numbers);
      expectEqual(await kit.tell("b", say("none more")), ["none more"]);
    },
  ),
  rule("large-payload", "6", "A payload of 1 MiB arrives.", async (kit) => {
    const before = (await kit.report("b")).lastTrap;
    expectEqual(await kit.tell("a", call("messaging.send", "b", 0, 1_048_576)), ["messaging.send = 0"]);
    const consumed = async () =>
      (await kit.report("a")).mailbox.messages + (await kit.report("b")).mailbox.messages === 0;
    await kit.until("it is consumed", consumed);
    expectEqual(await kit.tell("b", say("next")), ["next"]);
    expectEqual((await kit.report("b")).lastTrap, before);
  }),
  rule(
    "attempts",
    "6",
    "A message that traps comes again with attempt raised, before those behind it, and then goes to the dead letters.",
    async (kit) => {
      const before = new Set((await kit.api.deadLetters(globalName("a"))).map(({ id }) => id));
      await kit.post("a", call("messaging.attempt"), trap());
      await kit.post("a", say("behind"));
      expectEqual(await kit.lines("a", 3), ["messaging.attempt = 1", "messaging.attempt = 2", "behind"]);
      const letters = (await kit.api.deadLetters(globalName("a"))).filter(({ id }) => !before.has(id));
      expectEqual(letters.length, 1);
      expectMatch(letters[0]?.reason, /./);
    },
  ),
  rule("reply-to-nobody", "6", "Where nobody waits for an answer, reply is INVALID.", async (kit) => {
    expectEqual(await kit.tell("a", call("messaging.reply", "x")), ["messaging.reply = INVALID"]);
  }),
  rule("daemon", "2", "A daemon's invoke goes on from message to message.", async (kit) => {
    expectEqual(await kit.tell("daemon", say("one")), ["one"]);
    const kind = call("messaging.kind");
    expectEqual(await kit.tell("daemon", kind, say("two")), ["messaging.kind = 0", "two"]);
    expectEqual((await kit.report("daemon")).state, "running");
  }),
  rule("daemon-traps", "2", "A daemon that traps is started again, and handles the next message.", async (kit) => {
    await kit.post("daemon", say("traps"), trap());
    await kit.post("daemon", say("behind"));
    const said = async () => (await kit.lines("daemon")).includes("behind");
    await kit.until("it handled the message behind", said);
  }),
  rule("stopping", "6", "When an atom is restarted, a call that it is blocked in answers CLOSED.", async (kit) => {
    await kit.post("a", say("ready"), sleepFor(4_000), say("after"));
    await kit.until("it sleeps", async () => (await kit.lines("a")).includes("ready"));
    await kit.api.restart(globalName("a"));
    expectEqual((await kit.lines("a", 2)).slice(0, 2), ["core.sleep = CLOSED", "after"]);
  }),
];
