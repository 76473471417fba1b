import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import {
  compilePattern,
  Pattern,
  PatternCache,
  PATTERN_CHARACTERS_MAX,
  PROGRAM_INSTRUCTIONS_MAX,
} from "../../durable/core/patterns.ts";

function compiled(source: string): Pattern {
  const pattern = compilePattern(source);
  if (!(pattern instanceof Pattern)) throw new Error(pattern.reason);
  return pattern;
}

function refusal(source: string): string {
  const result = compilePattern(source);
  if (result instanceof Pattern) throw new Error(`"${source}" was taken.`);
  expect(result.code).toBe("INVALID");
  return result.reason;
}

describe("patterns", () => {
  it("1: match the whole text or nothing", () => {
    expect(compiled("coun").matches("counter")).toBe(false);
    expect(compiled("ounter").matches("counter")).toBe(false);
    expect(compiled("coun.*").matches("counter")).toBe(true);
    expect(compiled("a|ab").matches("ab")).toBe(true);
    expect(compiled("^counter$").matches("counter")).toBe(true);
    expect(compiled("(?i)COUNTER").matches("counter")).toBe(true);
    expect(compiled("").matches("counter")).toBe(false);
  });

  it.each([
    ["(a+)+$", `${"a".repeat(100_000)}!`],
    ["(a|a)*b", "a".repeat(100_000)],
    ["(x+x+)+y", "x".repeat(100_000)],
    ["(.*a){20}", `${"a".repeat(100_000)}!`],
    ["(?:a?){120}a{120}", `${"a".repeat(1_000)}!`],
  ])("2: %s, which hangs a backtracking engine, takes linear time", (source, text) => {
    const startMs = performance.now();
    expect(compiled(source).matches(text)).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it("3: are bounded in length and in program size", () => {
    expect(refusal("a".repeat(PATTERN_CHARACTERS_MAX + 1))).toContain(`it may have ${PATTERN_CHARACTERS_MAX}`);
    expect(refusal("[ab]{400}[cd]{400}")).toContain(`it may have ${PROGRAM_INSTRUCTIONS_MAX}`);
    expect(compiled("[ab]{400}").instructions).toBeLessThanOrEqual(PROGRAM_INSTRUCTIONS_MAX);
  });

  it("3: a pattern that makes a state a character gives the right answers while its states are dropped", () => {
    const pattern = compiled("[ab]*a[ab]{12}");
    const texts = Array.from({ length: 2_000 }, (_, i) =>
      i.toString(2).replace(/0/g, "a").replace(/1/g, "b").padStart(60, "b"),
    );
    for (const text of texts) expect(pattern.matches(text)).toBe(text.at(-13) === "a");
    pattern.release();
    expect(pattern.matches(`a${"b".repeat(12)}`)).toBe(true);
  });

  it("4: know their literal prefix, also behind a start anchor", () => {
    expect(compiled("counter")).toMatchObject({ prefix: "counter", literal: true });
    expect(compiled("a\\.b")).toMatchObject({ prefix: "a.b", literal: true });
    expect(compiled("\\Qa.b\\E")).toMatchObject({ prefix: "a.b", literal: true });
    expect(compiled("room-.*")).toMatchObject({ prefix: "room-", literal: false });
    expect(compiled("^room-.*$")).toMatchObject({ prefix: "room-", literal: false });
    expect(compiled("abc?")).toMatchObject({ prefix: "ab", literal: false });
    expect(compiled("^a|b")).toMatchObject({ prefix: "", literal: false });
    expect(compiled("^*a").matches("a")).toBe(true);
  });

  it("4: every text that matches starts with the prefix (property)", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      "ab",
      ".",
      "a*",
      "b?",
      "(a|b)",
      "(ab|ac)",
      "^",
      "$",
      "[ab]",
      "(?i)a",
      "\\b",
      "|",
    );
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "A"), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.array(text, { maxLength: 20 }), (pieces, texts) => {
        const pattern = compilePattern(pieces.join(""));
        if (!(pattern instanceof Pattern)) return;
        const reference = RE2JS.compile(pieces.join(""));
        for (const each of texts) expect(pattern.matches(each)).toBe(reference.testExact(each));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["a(b(c", "a group is opened and never closed at character 4 (`(`)"],
    ["\\(a(b", "a group is opened and never closed at character 4 (`(`)"],
    ["a)b", "a group is closed that was never opened at character 2 (`)`)"],
    ["[)]a)", "a group is closed that was never opened at character 5 (`)`)"],
    ["\\Q(\\E)", "a group is closed that was never opened at character 6 (`)`)"],
    ["ab**", "two repetitions follow each other at character 3 (`**`)"],
    ["*a", "a repetition has nothing before it to repeat at character 1 (`*`)"],
    ["x[z-a]", "invalid character class range at character 3 (`z-a`)"],
    ["x[ab", "a character class is opened and never closed at character 2 (`[ab`)"],
    ["a(?=b)", "RE2 has no lookahead"],
    ["(a)\\1", "invalid escape sequence at character 4 (`\\1`)"],
    ["ab\\", "it ends in a backslash that escapes nothing at character 3 (`\\`)"],
    ["(a{1000}){999}", "repeats (with those around it) more than 1000 times at character 10 (`{999}`)"],
    ["(?P<n>a", "a group is opened and never closed at character 1 (`(`)"],
  ])("5: %s is refused with the mistake and its place", (source, sentence) => {
    expect(refusal(source)).toContain(sentence);
  });

  it("5: a refusal is one line, whatever the pattern holds", () => {
    expect(refusal(`(${"\n\u{1f600}x".repeat(100)}`)).toMatch(/^[\x20-\x7e…]{1,300}$/);
  });
});

describe("the cache of patterns", () => {
  it("compiles a pattern once and forgets the least recently used one", () => {
    const cache = new PatternCache(2);
    const first = cache.get("a.*");
    cache.get("b.*");
    expect(cache.get("a.*")).toBe(first);
    cache.get("c.*");
    expect(cache.size).toBe(2);
    expect(cache.get("a.*")).toBe(first);
  });

  it("keeps no failures", () => {
    const cache = new PatternCache(2);
    expect(cache.get("(")).toMatchObject({ code: "INVALID" });
    expect(cache.size).toBe(0);
  });
});
