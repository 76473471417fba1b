import { describe, expect, test } from "vitest";
import { didYouMean, nearest } from "../../durable/core/suggest.ts";

describe("did you mean", () => {
  test.each([
    ["deamon", "daemon"],
    ["kin", "kind"],
    ["KIND", "kind"],
    ["kb", "kv"],
    ["mesaging", "messaging"],
    ["invok", "invoke"],
  ])("%s means %s", (word, meant) => {
    expect(nearest(word, ["other", meant, "further"])).toBe(meant);
  });

  test.each([
    ["z", "m"],
    ["ab", "xy"],
    ["FOO", "APP"],
    ["x", "abcdef"],
  ])("%s does not mean %s: less than half of it would be right", (word, known) => {
    expect(didYouMean(word, [known])).toBe("");
  });

  test("what was said is not what was meant, though it is known", () => {
    expect(didYouMean("one.c", ["one.c"])).toBe("");
    expect(didYouMean("one.c", ["one.c", "One.c"])).toBe(' Did you mean "One.c"?');
  });

  test("the nearest one is meant, the first of several", () => {
    expect(didYouMean("tope", ["tops", "topic", "type", "rope"])).toBe(' Did you mean "tops"?');
  });
});
