/**
 * Exactly once and in order, whatever the network and the atoms do. fast-check prints the seed and the operations of a
 * failure; such a one becomes a named test below.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHANNEL_CLASSES, type ChannelClass } from "../../durable/core/frame.ts";
import { framesAhead, World, type Side } from "./channel-world.ts";

type Which = "left" | "right";
type Operation =
  | { readonly do: "send"; readonly side: Which; readonly channel: ChannelClass; readonly count: number }
  | { readonly do: "commit" | "leave" | "crash" | "replace" | "full" | "gone" | "resend"; readonly side: Which }
  | { readonly do: "arrive" | "repeat" | "lose"; readonly flight: number }
  | { readonly do: "wait"; readonly ms: number };

function perform(world: World, operation: Operation): void {
  switch (operation.do) {
    case "send":
      return world[operation.side].send(operation.channel, operation.count);
    case "leave":
      return world.leave(world[operation.side]);
    case "arrive":
    case "repeat":
      return world.arrive(operation.flight % (world.flights.length || 1), operation.do === "repeat");
    case "lose":
      return world.lose(operation.flight % (world.flights.length || 1));
    case "wait":
      world.nowMs += operation.ms;
      return;
    default:
      return upset(world, world[operation.side], operation.do);
  }
}

function upset(world: World, side: Side, what: "commit" | "crash" | "replace" | "full" | "gone" | "resend"): void {
  switch (what) {
    case "full":
      side.full = !side.full;
      return;
    case "gone":
      side.exists = !side.exists;
      return;
    case "resend":
      return side.peers.link(side.other).onLost(world.nowMs);
    default:
      return side[what]();
  }
}

const side = fc.constantFrom<Which>("left", "right");
const ordinary = [
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      side,
      channel: fc.constantFrom(...CHANNEL_CLASSES),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("leave" as const), side }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("commit" as const), side }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("arrive" as const), flight: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("repeat" as const), flight: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lose" as const), flight: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash" as const), side }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("full" as const), side }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("resend" as const), side }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 20, 1_000, 6_000) }) },
];
const replaced = { weight: 1, arbitrary: fc.record({ do: fc.constant("replace" as const), side }) };
const gone = { weight: 1, arbitrary: fc.record({ do: fc.constant("gone" as const), side }) };

type Fate = { readonly arrived: number; readonly rejected: number };

function check(operations: readonly Operation[], verdict: (fate: Fate) => boolean): World {
  const world = new World();
  for (const operation of operations) perform(world, operation);
  world.heal();
  for (const side of [world.left, world.right]) {
    expect(world.fates(side).filter((fate) => !verdict(fate))).toEqual([]);
    expect(side.storedOutbox()).toBe(0);
  }
  return world;
}

const runs = { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 1_000) };

describe("channels (property)", () => {
  test("2, 3: what was committed arrives exactly once, in order, over loss, repetition, disorder, crashes and full mailboxes", () => {
    const operations = fc.array(fc.oneof(...ordinary), { minLength: 5, maxLength: 120, size: "max" });
    fc.assert(
      fc.property(operations, (list) => {
        const world = check(list, ({ arrived, rejected }) => arrived === 1 && rejected === 0);
        // A sender that is replaced, or gives up, does not tell: a frame of it may wait for what never comes. Here none may.
        expect(framesAhead(world.left) + framesAhead(world.right)).toBe(0);
      }),
      runs,
    );
  });

  test("4: over replaced incarnations nothing is lost, and no incarnation gets anything twice or out of order", () => {
    const operations = fc.array(fc.oneof(...ordinary, replaced), { minLength: 5, maxLength: 120, size: "max" });
    fc.assert(
      fc.property(operations, (list) => void check(list, ({ arrived, rejected }) => arrived >= 1 && rejected === 0)),
      runs,
    );
  });

  test("an atom that is gone for a while: everything arrives or is given back, nothing is lost", () => {
    const operations = fc.array(fc.oneof(...ordinary, replaced, gone), { minLength: 5, maxLength: 120, size: "max" });
    fc.assert(
      fc.property(operations, (list) => void check(list, ({ arrived, rejected }) => arrived + rejected >= 1)),
      runs,
    );
  });
});
