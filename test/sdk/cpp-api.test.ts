import { join } from "node:path";
import { expect, test } from "vitest";
import { c } from "../../scripts/compile/c.ts";
import { bound, describeApi } from "./api-set.ts";

const folder = join(import.meta.dirname, "api/cpp/atom");
const entry = join(folder, "main.cpp");
const tool = await c.find({ kind: "c", entry, files: [entry], folder });

describeApi("cpp", tool, (api) => {
  const { ask } = bound(api);

  test("JSON is read as JavaScript reads it", async () => {
    const texts = [
      '{"a":[1,-2,3.5,1e3,0.1,12345678901234567890],"b":{"c":null,"d":true,"e":false},"f":""}',
      '"\\u00e9\\ud83d\\ude00\\n\\"\\\\\\/\\b\\f\\r\\t"',
      " [ ] ",
      "{ }",
      '[[[[1]]],"\\ud83dx"]',
      "-0.0000001",
      '{"a":1,"b":2}',
    ];
    for (const text of texts) expect(JSON.parse(await ask(`json ${text}`))).toEqual(wellFormed(JSON.parse(text)));
  });

  test("what is no JSON is refused with the place", async () => {
    for (const text of [
      "",
      "[1,]",
      "{a:1}",
      "[1 2]",
      "01",
      "1.",
      '"a',
      '"\\x"',
      '"\\u12g4"',
      "tru",
      "[1]]",
      "-",
      '"\u0001"',
    ])
      expect(await ask(`json ${text}`)).toMatch(/^INVALID: No JSON: expected .* at byte \d+\.$/);
    expect(await ask(`json ${"[".repeat(129)}`)).toMatch(/128 levels/);
    expect(await ask(`json ${"[".repeat(128)}${"]".repeat(128)}`)).toHaveLength(256);
  });

  test("JSON is built by chaining, and text by joining", async () => {
    expect(await ask("build")).toBe(
      '{"count":2,"name":"apples","list":[1,"two",true,null,0.5],"none":null}' +
        '{"count":2,"name":[1e+300,-0.1,null],"list":[1,"two",true,null,0.5],"none":null}' +
        "twotrue2-1truefalse-0.1false3",
    );
    expect(await ask("text")).toBe("-5 7 0.1 1e+100 0.1 true c s");
  });

  test("values come out as the type that is asked for", async () => {
    expect(await ask("typed 123")).toBe("123 3 123 NOT_FOUND");
    expect(await api().atoms.stored("api", "copy")).toBe("123");
    expect(await ask("typed 70000")).toMatch(/^INVALID: "70000" is no whole number in this range. 5 70000 NOT_FOUND$/);
    expect(await ask("typed [1, 2")).toMatch(/^INVALID: .* 5 INVALID: No JSON.* NOT_FOUND$/);
    expect([await ask("erase typed"), await ask("erase typed")]).toEqual(["ok", expect.stringMatching(/^NOT_FOUND: /)]);
  });

  test("results chain", async () => {
    expect(await ask("results 60")).toBe("120");
    expect(await ask("results 200")).toBe('INVALID "200" is no whole number in this range.');
  });

  test("futures that go out of scope give their places back", async () => {
    expect(await ask("drop")).toBe("12000 OK");
  });

  test("a message is current until the next one is received, callbacks or not", async () => {
    await api().atoms.refusal("api", "stale");
    expect(await api().atoms.stored("api", "stale")).toMatch(/^false true true INVALID: This message is no longer/);
  });

  test("C files of the same atom are C, and share the table of callbacks", async () => {
    expect(await ask("mixed")).toBe("5 7");
  });

  test("a pattern of exactly a text", async () => {
    expect(await ask("exactly a.b*(c)")).toBe("a\\.b\\*\\(c\\)");
  });
});

/** With U+FFFD for half a surrogate pair, which UTF-8 has no bytes for. */
function wellFormed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll("\\ud83d", "\ufffd"));
}
