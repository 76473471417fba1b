import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AliasDraft, checkAlias, NO_ALIASES, type Alias, type AliasChange } from "../../durable/core/aliases.ts";
import { effectiveAliases } from "../../durable/core/alias-set.ts";
import { ALIAS_BYTES_MAX, ALIASES_MAX } from "../../durable/core/limits.ts";

const configured = { topic: ["news", "sport"] };
const isConfigured = (scope: string, value: string) => scope === "topic" && configured.topic.includes(value);
const add = (scope: string, value: string): AliasChange => ({ kind: "add", scope, value });
const remove = (scope: string, value: string): AliasChange => ({ kind: "remove", scope, value });

function apply(...changes: AliasChange[]) {
  const draft = new AliasDraft(NO_ALIASES, isConfigured);
  for (const change of changes) if (!draft.refuse(change)) draft.apply(change);
  return draft.finish(1);
}

describe("aliases", () => {
  test("1: what came last counts", () => {
    expect(apply(add("a", "1"), remove("a", "1"), add("a", "1"))).toMatchObject({ added: [["a", "1"]], removed: [] });
    expect(apply(remove("topic", "news"), add("topic", "news"))).toMatchObject({
      added: [["topic", "news"]],
      removed: [],
    });
    expect(apply(add("topic", "news"), remove("topic", "news"))).toMatchObject({
      added: [],
      removed: [["topic", "news"]],
    });
  });

  test("2: an alias that the configuration does not give leaves no trace when it is removed", () => {
    expect(apply(add("room", "1"), remove("room", "1"))).toEqual({ revision: 1, added: [], removed: [] });
  });

  test("an alias that the atom does not have cannot be removed", () => {
    const draft = new AliasDraft(NO_ALIASES, isConfigured);
    expect(draft.refuse(remove("room", "1"))).toMatchObject({ code: "NOT_FOUND" });
    expect(draft.refuse(remove("topic", "news"))).toBeUndefined();
    draft.apply(remove("topic", "news"));
    expect(draft.refuse(remove("topic", "news"))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("aliases are bounded; one that is there already may be added again", () => {
    const added = Array.from({ length: ALIASES_MAX }, (_, i): Alias => ["room", String(i)]);
    const draft = new AliasDraft({ added, removed: [] }, isConfigured);
    expect(draft.refuse(add("room", "new"))).toMatchObject({ code: "BUSY" });
    expect(draft.refuse(add("room", "5"))).toBeUndefined();
    draft.apply(remove("room", "5"));
    expect(draft.refuse(add("room", "new"))).toBeUndefined();
  });

  test("a draft shows what naming will (property)", () => {
    const change = fc.record({
      kind: fc.constantFrom("add" as const, "remove" as const),
      scope: fc.constantFrom("topic", "room"),
      value: fc.constantFrom("news", "sport", "1"),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const model = new Set(["topic news", "topic sport"]);
        for (const { kind, scope, value } of changes) {
          if (kind === "add") model.add(`${scope} ${value}`);
          else model.delete(`${scope} ${value}`);
        }
        const set = effectiveAliases(configured, apply(...changes));
        const pairs = Object.entries(set).flatMap(([scope, values]) => values.map((value) => `${scope} ${value}`));
        expect(pairs.sort()).toEqual([...model].sort());
      }),
    );
  });

  test("malformed aliases are refused, each with its reason", () => {
    expect(checkAlias("", "v")).toMatchObject({ code: "INVALID" });
    expect(checkAlias("s", "")).toMatchObject({ code: "INVALID" });
    for (const bad of ["a\nb", "a\rb", "a\0b"]) {
      expect(checkAlias(bad, "v")).toMatchObject({ code: "INVALID" });
      expect(checkAlias("s", bad)).toMatchObject({ code: "INVALID" });
    }
    expect(checkAlias("s", "ä".repeat(ALIAS_BYTES_MAX / 2))).toMatchObject({ code: "TOO_LARGE" });
    expect(checkAlias("s", "x".repeat(ALIAS_BYTES_MAX - 1))).toBeUndefined();
  });
});
