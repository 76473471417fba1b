/** How an atom's aliases reach the naming replica of its runtime. */
import { expect, test } from "vitest";
import { AliasPublication } from "../../durable/alias-publication.ts";
import type { AliasDelta } from "../../durable/core/aliases.ts";
import { call, Stage } from "../conformance/puppet.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** An atom with aliases, and a replica that answers when it is told to. */
class Town {
  readonly clock = new VirtualClock(0);
  readonly publication = new AliasPublication(
    {
      aliases: () => this.aliases,
      outrank: (revision) => (this.aliases = { ...this.aliases, revision: revision + 1 }),
      settle: () => this.publication.publish(),
      warn: (text) => this.warnings.push(text),
      waitUntil: () => undefined,
    },
    (aliases) => this.#tell(aliases),
    this.clock,
  );
  readonly warnings: string[] = [];
  readonly told: number[] = [];
  aliases: AliasDelta = { revision: 0, added: [], removed: [] };
  /** What the replica does with what it is told. */
  answers: (revision: number) => Promise<number> = (revision) => Promise.resolve(revision);

  change(): void {
    this.aliases = { ...this.aliases, revision: this.aliases.revision + 1 };
    this.publication.publish();
  }

  #tell({ revision }: AliasDelta): Promise<number> {
    this.told.push(revision);
    return this.answers(revision);
  }
}

const away = () => Promise.reject(new Error("away"));

/** A replica that answers each question once it is let. */
function slow(town: Town): { answer: () => Promise<void> } {
  const waiting: (() => void)[] = [];
  town.answers = (revision) => new Promise((resolve) => waiting.push(() => resolve(revision)));
  return {
    answer: async () => {
      waiting.shift()?.();
      await town.clock.settle();
    },
  };
}

test("who waits for the publication waits for what changed while an earlier change was on its way", async () => {
  const town = new Town();
  const replica = slow(town);
  town.change();
  town.change();
  let done = false;
  const published = town.publication.published().then((failed) => {
    done = true;
    return failed;
  });
  await replica.answer();
  expect([town.told, done]).toEqual([[1, 2], false]);
  await replica.answer();
  expect(await published).toBeUndefined();
  expect(town.publication.undone).toBe(false);
});

test("it is told BUSY if the replica cannot be told, and need not wait for the next try", async () => {
  const town = new Town();
  town.answers = away;
  town.change();
  expect(await town.publication.published()).toMatchObject({ code: "BUSY", reason: expect.stringContaining("away") });
  expect(await town.publication.published()).toMatchObject({ code: "BUSY" });
  town.answers = (revision) => Promise.resolve(revision);
  expect(await town.publication.published()).toBeUndefined();
});

test("a failure is tried again after a rest, until it succeeds, and is undone until then", async () => {
  const town = new Town();
  town.answers = away;
  town.change();
  await town.clock.advance(2_500);
  expect([town.told, town.warnings.length, town.publication.undone]).toEqual([[1, 1, 1], 3, true]);
  town.answers = (revision) => Promise.resolve(revision);
  await town.clock.advance(1_000);
  expect([town.told, town.publication.undone]).toEqual([[1, 1, 1, 1], false]);
});

test("a replica that knows a newer revision is told one that outranks it", async () => {
  const town = new Town();
  town.answers = (revision) => Promise.resolve(Math.max(7, revision));
  town.change();
  expect(await town.publication.published()).toBeUndefined();
  expect(town.told).toEqual([1, 8]);
});

test("nothing that the replica has is told again", async () => {
  const town = new Town();
  town.publication.publish();
  town.change();
  await town.clock.settle();
  town.publication.publish();
  expect(await town.publication.published()).toBeUndefined();
  expect(town.told).toEqual([1]);
});

test("as long as a change is not published, an alarm brings the object back for it", async () => {
  const stage = new Stage("quiet", "unpublished");
  await stage.tell("quiet", call("kv.put", "key", "value"));
  expect(stage.alarms("quiet")).toEqual([]);
  stage.holdNaming();
  await stage.tell("unpublished", call("naming.alias", "topic", "news"));
  expect(stage.alarms("unpublished")).toHaveLength(1);
  stage.session("unpublished").start();
  expect(stage.alarms("unpublished")).toHaveLength(2);
});
