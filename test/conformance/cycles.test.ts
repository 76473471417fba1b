/** docs/abi.md, section 3: cycles never hang. */
import { describe, expect, test } from "vitest";
import { call, out, program, Stage, type Program, type Step } from "./puppet.ts";

/** Asks `to` to run `steps` and waits for the answer. */
function ask(stage: Stage, to: string, ...steps: Step[]): Step[] {
  const asked = call("future.request", to, stage.script(to, ...steps), -1);
  return [asked, call("future.await", asked, -1, out(40))];
}
const reply = (text: string) => call("messaging.reply", text);
const reentrant = (callback: Program) => call("messaging.on_reentrant", callback);
const lastError = () => call("core.last_error", out(120));

/** The lines but for those that every request makes. */
function said(lines: readonly string[]): string[] {
  return lines.filter(
    (line) => !["future.request = id", "messaging.reply = 0", "messaging.on_reentrant = 0"].includes(line),
  );
}

describe("§3 A asks B, B asks A", () => {
  const inside = program(call("messaging.kind"), call("messaging.sender", out(20)), reply("from inside"));

  test("A's on_reentrant callback runs at A's blocking point, as the current message, and may answer", async () => {
    const stage = new Stage("a", "b");
    const lines = await stage.tell(
      "a",
      reentrant(inside),
      ...ask(stage, "b", ...ask(stage, "a"), reply("from b")),
      call("messaging.kind"),
    );
    expect(said(lines)).toEqual([
      ...["> reentrant 4", "messaging.kind = 1", 'messaging.sender = 7 "cloud/b"', "<"],
      'future.await = 6 "from b"',
      "messaging.kind = 0",
    ]);
    expect(said(stage.trace("b"))).toEqual(['future.await = 11 "from inside"']);
  });

  test("its payload waits in take", async () => {
    const stage = new Stage("a", "b");
    const asked = call("future.request", "a", "question", -1);
    const callback = reentrant(program(call("core.take", out(20)), reply("x")));
    const lines = await stage.tell(
      "a",
      callback,
      ...ask(stage, "b", asked, call("future.await", asked, -1, out(9)), reply("done")),
    );
    expect(lines).toContain('core.take = 8 "question"');
  });

  test("without on_reentrant B's future fails at once with DEADLOCK, and A gets its answer", async () => {
    const stage = new Stage("a", "b");
    const started = stage.clock.now();
    const lines = await stage.tell("a", ...ask(stage, "b", ...ask(stage, "a"), lastError(), reply("from b")));
    expect(said(lines)).toEqual(['future.await = 6 "from b"']);
    expect(said(stage.trace("b"))).toEqual([
      "future.await = DEADLOCK",
      expect.stringContaining("cloud/a waits for the atom that asks it"),
    ]);
    expect(stage.clock.now()).toBe(started);
  });

  test("an A that was forgotten meanwhile, and asks B anew, does not wait for the answer to its earlier life's question", async () => {
    const stage = new Stage("a", "b");
    await stage.tell(
      "a",
      ...ask(stage, "b", call("core.sleep", 100), ...ask(stage, "a"), lastError(), reply("from b")),
    );
    await stage.evict("a");
    await stage.advance(200);
    expect(said(stage.trace("b"))).toEqual(
      Array.from({ length: 2 }, () => [
        "core.sleep = 0",
        "future.await = DEADLOCK",
        expect.stringContaining("cloud/a waits for the atom that asks it"),
      ]).flat(),
    );
    expect(said(stage.trace("a"))).toEqual(['future.await = 6 "from b"']);
  });

  test("a re-entrant callback that does not answer fails the request when it ends", async () => {
    const stage = new Stage("a", "b");
    await stage.tell("a", reentrant(program()), ...ask(stage, "b", ...ask(stage, "a"), lastError(), reply("x")));
    expect(said(stage.trace("b"))[0]).toBe("future.await = REMOTE");
  });

  test("one that takes the token may answer later", async () => {
    const stage = new Stage("a", "b");
    const token = call("messaging.reply_token");
    const later = call("future.timer", 100);
    const callback = program(
      token,
      later,
      call("future.on_complete", later, program(call("messaging.reply_to", token, "later"))),
    );
    await stage.tell("a", reentrant(callback), ...ask(stage, "b", ...ask(stage, "a"), reply("x")));
    await stage.advance(100);
    expect(said(stage.trace("b"))).toEqual(['future.await = 5 "later"']);
  });

  test("one-way messages between them wait their turn as ever", async () => {
    const stage = new Stage("a", "b");
    const back = call("messaging.send", "a", stage.script("a", call("messaging.attempt")));
    const lines = await stage.tell("a", reentrant(inside), ...ask(stage, "b", back, reply("x")));
    expect(said(lines)).toEqual(['future.await = 1 "x"', "messaging.attempt = 1"]);
  });

  test("a daemon answers re-entrant requests, too", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" }, { name: "b", kind: "daemon" });
    await stage.start();
    await stage.tell("a", reentrant(inside), ...ask(stage, "b", ...ask(stage, "a"), reply("from b")));
    expect(said(stage.trace("b"))).toEqual(['future.await = 11 "from inside"']);
  });
});

describe("§3 longer chains", () => {
  test("A asks B, B asks C, C asks A: A's callback answers", async () => {
    const stage = new Stage("a", "b", "c");
    const answer = reentrant(program(reply("a's")));
    const lines = await stage.tell(
      "a",
      answer,
      ...ask(stage, "b", ...ask(stage, "c", ...ask(stage, "a"), reply("c's")), reply("b's")),
    );
    expect(said(lines)).toEqual(["> reentrant 4", "<", 'future.await = 3 "b\'s"']);
    expect(said(stage.trace("b"))).toEqual(['future.await = 3 "c\'s"']);
    expect(said(stage.trace("c"))).toEqual(['future.await = 3 "a\'s"']);
  });

  test("a cycle that does not hold the first asker: X asks A, A asks B, B asks A", async () => {
    const stage = new Stage("x", "a", "b");
    const lines = await stage.tell(
      "x",
      ...ask(
        stage,
        "a",
        reentrant(program(reply("i"))),
        ...ask(stage, "b", ...ask(stage, "a"), reply("b's")),
        reply("a's"),
      ),
    );
    expect(said(lines)).toEqual(['future.await = 3 "a\'s"']);
  });

  test("without on_reentrant the last asker gets DEADLOCK, the others go on", async () => {
    const stage = new Stage("a", "b", "c");
    const lines = await stage.tell(
      "a",
      ...ask(stage, "b", ...ask(stage, "c", ...ask(stage, "a"), reply("c's")), reply("b's")),
    );
    expect(said(lines)).toEqual(['future.await = 3 "b\'s"']);
    expect(said(stage.trace("c"))).toEqual(["future.await = DEADLOCK"]);
  });

  test("an atom that asks itself re-enters itself", async () => {
    const stage = new Stage("a");
    const lines = await stage.tell("a", reentrant(program(reply("me"))), ...ask(stage, "a"));
    expect(said(lines)).toEqual(["> reentrant 4", "<", 'future.await = 2 "me"']);
  });

  test("an atom that asks itself without on_reentrant gets DEADLOCK", async () => {
    const stage = new Stage("a");
    expect(said(await stage.tell("a", ...ask(stage, "a"), lastError()))[0]).toBe("future.await = DEADLOCK");
  });

  test("a re-entrant callback may itself ask: A asks B, B asks A, A asks B again", async () => {
    const stage = new Stage("a", "b");
    const inner = program(...ask(stage, "b"), reply("a's"));
    const outer = [reentrant(program(reply("b's, inside"))), ...ask(stage, "a"), reply("b's")];
    const lines = await stage.tell("a", reentrant(inner), ...ask(stage, "b", ...outer));
    expect(said(lines)).toEqual(["> reentrant 4", 'future.await = 11 "b\'s, inside"', "<", 'future.await = 3 "b\'s"']);
    expect(said(stage.trace("b"))).toEqual(["> reentrant 4", "<", 'future.await = 3 "a\'s"']);
  });
});

describe("§3 who waits for a request", () => {
  test("a request out of a future's callback carries the chain of the code that it runs on top of", async () => {
    // X waits for A; A's handler is blocked; its timer's callback asks X: that is a cycle, too.
    const stage = new Stage("x", "a");
    const timer = call("future.timer", 10);
    const callback = program(...ask(stage, "x"), lastError());
    const handler = [timer, call("future.on_complete", timer, callback), call("core.sleep", 50), reply("a's")];
    await stage.tell("x", ...ask(stage, "a", ...handler));
    await stage.advance(50);
    expect(said(stage.trace("a"))).toContain("future.await = DEADLOCK");
    expect(said(stage.trace("x"))).toEqual(['future.await = 3 "a\'s"']);
  });

  test("so does one out of an interrupt's callback", async () => {
    const stage = new Stage("x", "a");
    const handler = [call("interrupt.on", 1, program(...ask(stage, "x"))), call("core.sleep", 50), reply("a's")];
    await stage.tell("x", reentrant(program(reply("x's"))), ...ask(stage, "a", ...handler));
    await stage.interrupt("a", 1);
    expect(said(stage.trace("x"))).toEqual(["> reentrant 4", "<"]);
    await stage.advance(50);
    expect(said(stage.trace("x"))).toEqual(['future.await = 3 "a\'s"']);
  });

  test("who has its answer waits no more: a daemon that answers and then asks back is no cycle", async () => {
    const stage = new Stage({ name: "x", kind: "daemon" }, { name: "a", kind: "daemon" });
    await stage.start();
    const back = ask(stage, "x", reply("x's"));
    await stage.tell("x", ...ask(stage, "a", reply("a's"), ...back));
    expect(said(stage.trace("a"))).toEqual(['future.await = 3 "x\'s"']);
  });

  test("nor does one whose request is complete, though the guest has not gone on yet", async () => {
    // A's request to X and its answer to X leave with one commit; X may see the request first.
    const stage = new Stage({ name: "x", kind: "daemon" }, { name: "a", kind: "daemon" });
    await stage.start();
    const asked = call("future.request", "x", stage.script("x", reply("x's")), -1);
    await stage.tell("x", ...ask(stage, "a", asked, reply("a's"), call("future.await", asked, -1, out(9))));
    expect(said(stage.trace("a"))).toEqual(['future.await = 3 "x\'s"']);
  });

  test("a request that the guest does not wait for is no reason for DEADLOCK: it comes as a message", async () => {
    const stage = new Stage("a", "b");
    const asked = call("future.request", "b", stage.script("b", ...ask(stage, "a", reply("a's")), reply("b's")), -1);
    const lines = await stage.tell("a", asked, call("future.on_complete", asked, program(call("core.take", out(9)))));
    expect(said(lines)).toEqual(["future.on_complete = 0", "> future 3", 'core.take = 3 "b\'s"', "<"]);
    expect(said(stage.trace("b"))).toEqual(['future.await = 3 "a\'s"']);
  });

  test("code that waits for a future of its own below a callback that blocks is re-entered still", async () => {
    const stage = new Stage("a", "b");
    const asked = ask(stage, "b", call("core.sleep", 20), ...ask(stage, "a"), reply("b's"));
    await stage.tell(
      "a",
      call("interrupt.on", 1, program(call("core.sleep", 1_000))),
      reentrant(program(reply("i"))),
      ...asked,
    );
    await stage.interrupt("a", 1);
    await stage.advance(20);
    expect(said(stage.trace("a"))).toEqual(["> interrupt 0", "> reentrant 4", "<"]);
    await stage.advance(1_000);
    expect(said(stage.trace("a")).at(-1)).toBe('future.await = 3 "b\'s"');
  });
});

describe("§3 an atom that awaits one answer is blocked on all that it asked for", () => {
  /** Asks `to` and goes on. */
  const asking = (stage: Stage, to: string, ...steps: Step[]) =>
    call("future.request", to, stage.script(to, ...steps), -1);
  const awaiting = (future: Step) => call("future.await", future, -1, out(9));

  test("B handles A's first request and asks A back, while A awaits the second: DEADLOCK, and both are answered", async () => {
    const stage = new Stage("a", "b");
    const first = asking(stage, "b", ...ask(stage, "a"), lastError(), reply("one"));
    const second = asking(stage, "b", reply("two"));
    const lines = await stage.tell("a", first, second, awaiting(second), awaiting(first));
    expect(said(lines)).toEqual(['future.await = 3 "two"', 'future.await = 3 "one"']);
    expect(said(stage.trace("b"))[0]).toBe("future.await = DEADLOCK");
  });

  test("with on_reentrant, A's callback answers", async () => {
    const stage = new Stage("a", "b");
    const first = asking(stage, "b", ...ask(stage, "a"), reply("one"));
    const second = asking(stage, "b", reply("two"));
    const lines = await stage.tell("a", reentrant(program(reply("a's"))), first, second, awaiting(second));
    expect(said(lines)).toEqual(["> reentrant 4", "<", 'future.await = 3 "two"']);
    expect(said(stage.trace("b"))).toEqual(['future.await = 3 "a\'s"']);
  });

  test("A awaits C, C asks B, and B is busy with A's other request, for which it asks A back", async () => {
    const stage = new Stage("a", "b", "c");
    const toB = asking(stage, "b", ...ask(stage, "a"), reply("b's"));
    const toC = asking(stage, "c", call("core.sleep", 10), ...ask(stage, "b", reply("b's")), reply("c's"));
    await stage.tell("a", toB, toC, awaiting(toC), awaiting(toB));
    await stage.advance(10);
    expect(said(stage.trace("a"))).toEqual(['future.await = 3 "c\'s"', 'future.await = 3 "b\'s"']);
  });

  test("it is not while it awaits a timer, which ends by itself", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" }, "b");
    await stage.start();
    const timer = call("future.timer", 10);
    const asked = asking(stage, "b", ...ask(stage, "a", reply("a's")), reply("b's"));
    await stage.tell("a", asked, timer, awaiting(timer));
    await stage.advance(10);
    expect(said(stage.trace("b"))).toEqual(['future.await = 3 "a\'s"']);
  });
});

test("§6 two atoms that ask each other for reasons of their own say so after 10 s, and go on after their timeouts", async () => {
  const stage = new Stage("a", "b");
  const asking = (other: string) => {
    const asked = call("future.request", other, stage.script(other, reply("here")), 15_000);
    return [call("core.sleep", 10), asked, call("future.await", asked, -1, out(9))];
  };
  await stage.tell("a", ...asking("b"));
  await stage.tell("b", ...asking("a"));
  await stage.advance(10_009);
  expect(stage.logs("a").filter((line) => line.includes("has waited"))).toEqual([]);
  await stage.advance(1);
  for (const name of ["a", "b"])
    expect(stage.logs(name).filter((line) => line.includes("has waited 10 s for the answer"))).toHaveLength(1);
  await stage.advance(10_000);
  const ends = ["a", "b"].flatMap((name) => stage.trace(name).filter((line) => line.startsWith("future.await")));
  // Who gives up first has time for the other one's request.
  expect(ends.sort()).toEqual(['future.await = 4 "here"', "future.await = TIMEOUT"]);
});
