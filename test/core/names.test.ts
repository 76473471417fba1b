import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  globalName,
  isName,
  parseAtomName,
  parseDestination,
  parseRuntimeName,
  splitGlobalName,
  type AtomName,
  type RuntimeName,
} from "../../durable/core/names.ts";

const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/);

describe("names", () => {
  test("1: a name is 1 to 128 of A-Z a-z 0-9 . _ -", () => {
    for (const good of ["a", "Z9._-", "x".repeat(128)]) expect(isName(good)).toBe(true);
    for (const bad of ["", "x".repeat(129), "a b", "a/b", "ä", "a\n", "a\0"]) expect(isName(bad)).toBe(false);
  });

  test("1: a validator says what is wrong, in one line", () => {
    const wrong = parseAtomName(`two\nlines ${"x".repeat(200)}`);
    expect(wrong).toMatchObject({ code: "INVALID" });
    expect((wrong as { reason: string }).reason).toMatch(/^"two\?lines x+…" is no atom name: it takes 1 to 128 of/);
    expect(parseRuntimeName("a/b")).toMatchObject({
      code: "INVALID",
      reason: expect.stringContaining("no runtime name"),
    });
  });

  test("2: a global name is runtime/atom, and splits into what made it (property)", () => {
    fc.assert(
      fc.property(name, name, (runtime, atom) => {
        const global = globalName(runtime as RuntimeName, atom as AtomName);
        expect(splitGlobalName(global)).toEqual({ runtime, atom });
        expect(parseDestination(global)).toEqual({ kind: "global", name: global });
        expect(parseDestination(atom)).toEqual({ kind: "bare", name: atom });
      }),
    );
  });

  test("2: a destination of any other form is refused (property)", () => {
    for (const bad of ["", "/", "a/", "/b", "a/b/c", "a//b", "a/b c"]) {
      expect(parseDestination(bad)).toMatchObject({ code: "INVALID" });
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        const destination = parseDestination(text);
        expect("kind" in destination).toBe(text.split("/").length <= 2 && text.split("/").every(isName));
      }),
    );
  });
});
