/** docs/abi.md, section 3: the effects of a turn are committed together, or not at all. */
import { describe, expect, test } from "vitest";
import { call, out, program, Stage, trap, type Step } from "./puppet.ts";

/** Two daemons: `a`, which acts, and `b`, which notes what reaches it; both know signal 7. */
async function pair(): Promise<Stage> {
  const stage = new Stage({ name: "a", kind: "daemon", attemptsMax: 1 }, { name: "b", kind: "daemon" });
  await stage.start();
  await stage.tell("b", call("interrupt.on", 7, 0));
  return stage;
}

/** Everything that a turn can do to the world, at `b` and in its own store. */
function effects(stage: Stage): Step[] {
  return [
    call("kv.put", "kept", "1"),
    call("kv.delete", "old"),
    call("messaging.send", "b", stage.script("b", call("core.config", "message", out(0)))),
    call("messaging.interrupt", "b", 7, "!"),
    call("future.request", "b", stage.script("b", call("core.config", "request", out(0))), -1),
    call("naming.alias", "topic", "news"),
    call("messaging.reply", "answer"),
  ];
}

async function run(
  stage: Stage,
  ...end: Step[]
): Promise<{ answer: string; kv: object; atB: string[]; aliases: unknown }> {
  await stage.tell("a", call("kv.put", "old", "x"));
  const { answer } = await stage.asking("a", stage.script("a", ...effects(stage), ...end), 5_000);
  const now = await Promise.race([answer, Promise.resolve("no answer")]);
  const { aliases } = stage.session("a").atom;
  return { answer: JSON.stringify(now), kv: stage.kv("a"), atB: stage.trace("b"), aliases: aliases.added };
}

const ALL_AT_B = ["core.config = NOT_FOUND", "core.config = NOT_FOUND", "> interrupt 1", "<"];

describe("§3 all effects or none", () => {
  test("a turn that reaches its blocking point has all of them", async () => {
    const { answer, kv, atB, aliases } = await run(await pair(), call("core.sleep", 0));
    expect(answer).toContain("reply");
    expect(kv).toEqual({ kept: "1" });
    expect(atB.toSorted()).toEqual(ALL_AT_B.toSorted());
    expect(aliases).toEqual([["topic", "news"]]);
  });

  test("a turn that traps has none, and its message is not consumed", async () => {
    const stage = await pair();
    const { answer, kv, atB, aliases } = await run(stage, trap());
    expect(answer).toContain("failure");
    expect(kv).toEqual({ old: "x" });
    expect(atB).toEqual([]);
    expect(aliases).toEqual([]);
    expect(stage.session("a").atom.deadLetterCount).toBe(1);
  });

  test("a trap after a blocking point takes back only what came after it", async () => {
    const stage = await pair();
    await run(stage, call("core.sleep", 0), call("kv.put", "lost", "1"), call("messaging.send", "b", "lost"), trap());
    expect(stage.kv("a")).toEqual({ kept: "1" });
    expect(stage.trace("b")).toEqual([]);
  });

  test("a trap in a callback takes back the callback's turn, not that of the code below", async () => {
    const stage = await pair();
    await stage.tell("a", call("interrupt.on", 1, program(call("kv.put", "callback", "1"), trap())));
    await stage.tell("a", call("kv.put", "below", "1"), call("core.sleep", 1_000), call("kv.put", "after", "1"));
    await stage.interrupt("a", 1);
    expect(stage.kv("a")).toEqual({ below: "1" });
  });

  test("what a callback did is committed when it ends, though the code below traps later", async () => {
    const stage = await pair();
    await stage.tell("a", call("interrupt.on", 1, program(call("kv.put", "callback", "1"))));
    await stage.tell("a", call("core.sleep", 10), trap());
    await stage.interrupt("a", 1);
    await stage.advance(10);
    expect(stage.trapText("a")).toContain("unreachable");
    expect(stage.kv("a")).toEqual({ callback: "1" });
  });

  test("an alias that was taken back in a turn that traps is there still", async () => {
    const stage = await pair();
    await stage.tell("a", call("naming.alias", "s", "v"));
    await stage.tell("a", call("naming.unalias", "s", "v"), trap());
    expect(stage.session("a").atom.aliases.added).toEqual([["s", "v"]]);
  });
});

describe("§3 nothing leaves the atom before its turn is committed", () => {
  test("neither messages nor replies leave a turn that is not over", async () => {
    // The turn goes on as long as the program does not block; what `b` got is looked at before the blocking call.
    const stage = new Stage("a", { name: "b", kind: "daemon" });
    await stage.start();
    const seen: string[] = [];
    const follow = stage.session("a").logs.follow(() => seen.push(...stage.trace("b")));
    await stage.tell(
      "a",
      call("messaging.send", "b", stage.script("b", call("messaging.kind"))),
      call("core.now"),
      call("core.now"),
    );
    follow();
    expect(seen).toEqual([]);
    expect(stage.trace("b")).toEqual(["messaging.kind = 0"]);
  });

  test("they leave while the atom is blocked", async () => {
    const stage = new Stage("a", "b");
    await stage.tell(
      "a",
      call("messaging.send", "b", stage.script("b", call("messaging.kind"))),
      call("core.sleep", 60_000),
    );
    expect(stage.trace("b")).toEqual(["messaging.kind = 0"]);
  });

  test("an outgoing HTTP request of a turn that traps is never made", async () => {
    const stage = new Stage({ name: "a", attemptsMax: 1 });
    const made: string[] = [];
    globalThis.fetch = (async (url: string) => (made.push(url), new Response("x"))) as typeof fetch;
    await stage.tell("a", call("http.fetch", '{"url":"https://radon.test/lost"}', ""), trap());
    await stage.tell("a", call("http.fetch", '{"url":"https://radon.test/made"}', ""));
    await stage.advance(100);
    expect(made).toEqual(["https://radon.test/made"]);
  });
});

describe("§3 the consumption of a message is an effect of its turn", () => {
  test("a daemon's message is consumed with the turn that received it", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" });
    await stage.start();
    await stage.tell("a", call("core.sleep", 0), trap());
    await stage.advance(60_000);
    expect(stage.session("a").atom.mailbox.count).toBe(0);
    expect(stage.session("a").atom.supervisor.restarts).toBe(1);
  });

  test("a reactive atom's message is consumed when invoke returns: a trap before that brings it back", async () => {
    const stage = new Stage({ name: "a", attemptsMax: 2 });
    await stage.tell("a", call("messaging.attempt"), call("kv.put", "first turn", "1"), call("core.sleep", 0), trap());
    await stage.advance(1_000);
    expect(stage.trace("a").filter((line) => line.startsWith("messaging.attempt"))).toEqual(["messaging.attempt = 2"]);
    expect(stage.kv("a")).toEqual({ "first turn": "1" });
  });
});

describe("§3 a trap and what waits in the mailbox", () => {
  test("messages after the one that trapped keep their order", async () => {
    const stage = new Stage({ name: "a", attemptsMax: 1 });
    await Promise.all(
      [[trap()], [call("core.config", "1", out(1))], [call("core.config", "2", out(1))]].map((steps) =>
        stage.send("a", stage.script("a", ...steps, call("messaging.attempt"))),
      ),
    );
    await stage.advance(1_000);
    expect(stage.session("a").atom.deadLetters(0, 9)).toHaveLength(1);
    expect(stage.trace("a").filter((line) => line.startsWith("messaging"))).toEqual([
      "messaging.attempt = 1",
      "messaging.attempt = 1",
    ]);
  });
});
