import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import type { Alias } from "../../durable/core/aliases.ts";
import { changesTo, Directory } from "../../durable/core/directory.ts";
import { lookup, LOOKUP_NAMES_MAX, resolve, type Asker } from "../../durable/core/lookup.ts";
import { splitGlobalName } from "../../durable/core/names.ts";
import { PatternCache } from "../../durable/core/patterns.ts";
import { atomRecord, global, runtimeName, runtimeRecord } from "./naming-fixtures.ts";

const home = runtimeName("cloud");
const patterns = new PatternCache();

/** A directory of atoms by global name, each with its aliases. */
function directoryOf(atoms: Readonly<Record<string, readonly Alias[]>>): Directory {
  const directory = new Directory();
  const runtimes = new Set(Object.keys(atoms).map((name) => splitGlobalName(global(name)).runtime));
  for (const runtime of runtimes) {
    const own = Object.entries(atoms).filter(([name]) => name.startsWith(`${runtime}/`));
    const records = own.map(([name, aliases]) => atomRecord(splitGlobalName(global(name)).atom, aliases));
    for (const change of changesTo(directory, runtimeRecord(runtime, runtime, 1, records))) directory.apply(change);
  }
  return directory;
}

function all(directory: Directory, scope: string, pattern: string, limit?: number): readonly string[] {
  const query = { mode: "all", scope, pattern, asker: "", ...(limit === undefined ? {} : { limit }) } as const;
  const answer = lookup(directory, patterns, query, home);
  if ("code" in answer) throw new Error(answer.reason);
  return answer.names;
}

function any(directory: Directory, scope: string, pattern: string, asker: string): readonly string[] {
  const answer = lookup(directory, patterns, { mode: "any", scope, pattern, asker: asker as Asker }, home);
  if ("code" in answer) throw new Error(answer.reason);
  return answer.names;
}

const chat = directoryOf({
  "cloud/counter": [["topic", "clicks"]],
  "cloud/room": [
    ["topic", "news"],
    ["topic", "sport"],
    ["region", "milan"],
  ],
  "edge-1/room": [["topic", "news"]],
  "edge-2/room": [["topic", "weather"]],
  "edge-2/ticker": [],
});

describe("resolving a name", () => {
  it("1: a global name means that atom or nothing", () => {
    expect(resolve(chat, "edge-1/room", "", home)).toBe("edge-1/room");
    expect(resolve(chat, "edge-1/ticker", "", home)).toMatchObject({ code: "NOT_FOUND" });
  });

  it("1: a bare name means an atom of the asker's own runtime first", () => {
    expect(resolve(chat, "room", global("edge-2/ticker"), home)).toBe("edge-2/room");
    expect(resolve(chat, "room", global("cloud/counter"), home)).toBe("cloud/room");
    expect(resolve(chat, "room", "", home)).toBe("cloud/room");
  });

  it("1: else one of the others, always the same for the same asker", () => {
    const asker = global("edge-9/asker");
    const chosen = resolve(chat, "room", asker, home);
    expect(["cloud/room", "edge-1/room", "edge-2/room"]).toContain(chosen);
    expect(resolve(chat, "room", asker, home)).toBe(chosen);
    const askers = Array.from({ length: 60 }, (_, i) => global(`edge-9/asker-${i}`));
    expect(new Set(askers.map((each) => resolve(chat, "room", each, home))).size).toBe(3);
  });

  it("tells a name that is none from a name that nobody has", () => {
    expect(resolve(chat, "no such atom", "", home)).toMatchObject({ code: "INVALID" });
    expect(resolve(chat, "nobody", "", home)).toEqual({ code: "NOT_FOUND", reason: "There is no atom nobody." });
  });
});

describe("looking up a pattern", () => {
  it("2: in the empty scope matches the bare or the global name", () => {
    expect(all(chat, "", "room")).toEqual(["cloud/room", "edge-1/room", "edge-2/room"]);
    expect(all(chat, "", "edge-.*")).toEqual(["edge-1/room", "edge-2/room", "edge-2/ticker"]);
    expect(all(chat, "", "edge-2/.*")).toEqual(["edge-2/room", "edge-2/ticker"]);
    expect(all(chat, "", "cloud/room")).toEqual(["cloud/room"]);
    expect(all(chat, "", "roo")).toEqual([]);
    expect(all(chat, "", ".*er")).toEqual(["cloud/counter", "edge-2/ticker"]);
  });

  it("2: in another scope matches the aliases of that scope only", () => {
    expect(all(chat, "topic", "news")).toEqual(["cloud/room", "edge-1/room"]);
    expect(all(chat, "topic", "(news|sport)")).toEqual(["cloud/room", "edge-1/room"]);
    expect(all(chat, "region", "news")).toEqual([]);
    expect(all(chat, "topic", "milan")).toEqual([]);
    expect(all(chat, "no-such-scope", ".*")).toEqual([]);
    expect(all(chat, "__proto__", ".*")).toEqual([]);
  });

  it("2: an atom may have several values in a scope and is answered once", () => {
    expect(all(chat, "topic", ".*")).toEqual(["cloud/counter", "cloud/room", "edge-1/room", "edge-2/room"]);
  });

  it("3: `any` prefers the asker's runtime and is stable", () => {
    expect(any(chat, "topic", "news", "edge-1/room")).toEqual(["edge-1/room"]);
    expect(any(chat, "topic", "news", "cloud/counter")).toEqual(["cloud/room"]);
    const far = any(chat, "topic", "news", "edge-2/ticker");
    expect(far).toHaveLength(1);
    expect(any(chat, "topic", "news", "edge-2/ticker")).toEqual(far);
    expect(any(chat, "topic", "nobody", "edge-2/ticker")).toEqual([]);
  });

  it("5: answers no more names than asked for, says so, and has a most", () => {
    const many = directoryOf(Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`cloud/a${1_000 + i}`, []])));
    expect(all(many, "", ".*")).toHaveLength(100);
    expect(all(many, "", ".*", -1)).toHaveLength(100);
    expect(all(many, "", ".*", 2)).toEqual(["cloud/a1000", "cloud/a1001"]);
    expect(all(many, "", ".*", LOOKUP_NAMES_MAX * 2)).toHaveLength(120);
    const query = { mode: "all", scope: "", pattern: ".*", limit: 119, asker: "" } as const;
    expect(lookup(many, patterns, query, home)).toMatchObject({ truncated: true });
    expect(lookup(many, patterns, { ...query, limit: 120 }, home)).toMatchObject({ truncated: false });
  });

  it("5: refuses a pattern that would cost too much over this many names, and says what helps", () => {
    const long = "x".repeat(120);
    const atoms = Array.from({ length: 3_000 }, (_, i) => atomRecord(`${long}${i}`));
    const directory = new Directory();
    for (const change of changesTo(directory, runtimeRecord("cloud", "id", 1, atoms))) directory.apply(change);
    const answer = lookup(
      directory,
      patterns,
      { mode: "all", scope: "", pattern: "[xy]*x[xy]{200}z", asker: "" },
      home,
    );
    expect(answer).toMatchObject({ code: "INVALID", reason: expect.stringContaining("longer literal text") });
    expect(all(directory, "", `${long}12.`)).toHaveLength(10);
  });

  it("a bad pattern is a failure, whatever the scope", () => {
    expect(lookup(chat, patterns, { mode: "any", scope: "none", pattern: "(", asker: "" }, home)).toMatchObject({
      code: "INVALID",
    });
  });

  it("4: finds what a scan over everything finds (property)", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 3 });
    const alias = fc.tuple(fc.constantFrom("s", "t"), part);
    const atoms = fc.dictionary(
      fc.tuple(part, part).map((parts) => parts.join("/")),
      fc.array(alias, { maxLength: 4 }),
    );
    const pieces = fc.array(fc.constantFrom("a", "b", "\\.", "/", ".", ".*", "(a|b)", "a?", "[ab]+", "^", "$"), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(atoms, fc.constantFrom("", "s", "t"), pieces, (named, scope, written) => {
        const pattern = written.join("");
        const reference = referenceOf(pattern);
        if (reference === undefined) return;
        const texts = (name: string, aliases: readonly Alias[]) =>
          scope === ""
            ? [name, splitGlobalName(global(name)).atom]
            : aliases.filter(([in_]) => in_ === scope).map(([, v]) => v);
        const expected = Object.entries(named)
          .filter(([name, aliases]) => texts(name, aliases).some((each) => reference.testExact(each)))
          .map(([name]) => name)
          .sort();
        expect(all(directoryOf(named), scope, pattern, LOOKUP_NAMES_MAX)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

function referenceOf(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
