/** An object that is forgotten with work undone comes back by its alarm, and by nothing else. */
import { expect, test } from "vitest";
import { withVirtualPlatform } from "./globals.ts";
import type { AtomPlan, Plan, Step } from "./plan.ts";
import { withBug } from "./planted-bugs.ts";
import { Random } from "./random.ts";
import { World } from "./world.ts";

const ATOM: AtomPlan = {
  ...{ runtime: "r0", name: "a0", kind: "reactive", durability: "durable", reentrant: false, attemptsMax: 3 },
};

/** One atom that is at a message when its object is forgotten, 500 ms into it. */
function forgottenAt(atom: AtomPlan, steps: readonly Step[]): Plan {
  const items = steps.map((step, item) => ({ ...step, item }));
  return {
    ...{ seed: 1, runtimes: ["r0"], atoms: [atom], itemCount: items.length + 2, healAtMs: 1_000, forgetAll: false },
    scripts: [
      { id: 0, steps: items, answer: "reply" },
      { id: 1, steps: [], answer: "reply" },
    ],
    actions: [
      { kind: "submit", to: 0, script: 0, keyed: false, item: items.length, atMs: 10 },
      { kind: "evict", atom: 0, lose: true, item: items.length + 1, atMs: 510 },
    ],
    closing: 1,
  };
}

async function run(plan: Plan): Promise<World> {
  const world = new World(plan, { trace: true });
  await withVirtualPlatform(
    () => world.scheduler.now(),
    new Random(1, "platform"),
    () => world.run(),
  );
  return world;
}

/** The first lines of the trace after the object was forgotten. */
function afterwards({ trace }: World): string[] {
  const forgotten = trace.lines.findIndex((line) => line.includes("ends: evicted"));
  return trace.lines.slice(forgotten + 1);
}

test.each(["reactive", "daemon"] as const)("a %s atom goes on with its message once its alarm rings", async (kind) => {
  const world = await run(
    forgottenAt({ ...ATOM, kind }, [
      { kind: "sleep", ms: 700 },
      { kind: "put", key: 1 },
    ]),
  );
  expect(world.violations).toEqual([]);
  const lines = afterwards(world).filter((line) => !line.includes("the faults stop"));
  // Nobody else calls: the alarm was set as the message came, ten seconds before.
  expect(lines[0]).toMatch(/^100\d\d\.\d+ r0\/a0 begins$/);
  if (kind === "reactive") expect(lines.join("\n")).toContain("r0/a0 sees message 0, attempt 2");
});

test("without its alarm it would never come back", async () => {
  const plan = forgottenAt(ATOM, [{ kind: "sleep", ms: 700 }]);
  const { violations } = await withBug("alarm-not-set", () => run(plan));
  expect(violations.join("\n")).toContain("no alarm brings it back");
});
