/** docs/abi.md, section 4: `radon:naming`, and names. */
import { describe, expect, test } from "vitest";
import { call, out, Stage } from "./puppet.ts";

const lookup = (scope: string, pattern: string, all = 1, limit = 10) =>
  call("naming.lookup", scope, pattern, all, limit, out(100));

function town(): Stage {
  return new Stage("a", { name: "b", aliases: { topic: ["news", "sport"] } }, "edge/b", {
    name: "edge/c",
    aliases: { topic: ["news"] },
  });
}

describe("§4 resolve", () => {
  test("gives the global name of any one atom of that name, the own runtime's first", async () => {
    const stage = town();
    expect(await stage.tell("a", ...["b", "c", "edge/b"].map((name) => call("naming.resolve", name, out(20))))).toEqual(
      ['naming.resolve = 7 "cloud/b"', 'naming.resolve = 6 "edge/c"', 'naming.resolve = 6 "edge/b"'],
    );
  });

  test("an unknown name is NOT_FOUND, a malformed one INVALID", async () => {
    const stage = town();
    const names = ["nobody", "nowhere/b", "", "a/b/c", "*"];
    expect(await stage.tell("a", ...names.map((name) => call("naming.resolve", name, out(20))))).toEqual(
      ["NOT_FOUND", "NOT_FOUND", "INVALID", "INVALID", "INVALID"].map((code) => `naming.resolve = ${code}`),
    );
  });
});

describe("§4 lookup", () => {
  test("an empty scope matches names, another one the aliases in it; global names, one a line", async () => {
    const stage = town();
    expect(
      await stage.tell("a", lookup("", "[bc]"), lookup("topic", "news"), lookup("topic", "s.*"), lookup("other", ".*")),
    ).toEqual([
      'naming.lookup = 21 "cloud/b\\nedge/b\\nedge/c"',
      'naming.lookup = 14 "cloud/b\\nedge/c"',
      'naming.lookup = 7 "cloud/b"',
      "naming.lookup = 0",
    ]);
  });

  test("the pattern has to match the whole name", async () => {
    const stage = town();
    expect(await stage.tell("a", lookup("topic", "new"), lookup("topic", "new.?"))).toEqual([
      "naming.lookup = 0",
      'naming.lookup = 14 "cloud/b\\nedge/c"',
    ]);
  });

  test("any gives one, or NOT_FOUND; all gives as many as the limit, or none", async () => {
    const stage = town();
    expect(
      await stage.tell(
        "a",
        lookup("topic", "news", 0),
        lookup("topic", "none", 0),
        lookup("", ".*", 1, 2),
        lookup("topic", "none", 1),
      ),
    ).toEqual([
      'naming.lookup = 7 "cloud/b"',
      "naming.lookup = NOT_FOUND",
      'naming.lookup = 15 "cloud/a\\ncloud/b"',
      "naming.lookup = 0",
    ]);
  });

  test("patterns are RE2: what that has not is INVALID, with the place", async () => {
    const stage = town();
    const lines = await stage.tell(
      "a",
      lookup("", "(a)\\1"),
      call("core.last_error", out(200)),
      lookup("", "a(?=b)"),
      lookup("", "("),
    );
    expect(lines.filter((line) => line.startsWith("naming"))).toEqual(
      Array.from({ length: 3 }, () => "naming.lookup = INVALID"),
    );
    expect(lines[1]).toContain("(a)");
  });
});

describe("§4 alias and unalias", () => {
  test("an atom reads its own aliases in the next lookup", async () => {
    const stage = town();
    const lines = await stage.tell(
      "a",
      call("naming.alias", "topic", "weather"),
      lookup("topic", "weather"),
      call("naming.unalias", "topic", "weather"),
      lookup("topic", "weather"),
    );
    expect(lines).toEqual([
      "naming.alias = 0",
      'naming.lookup = 7 "cloud/a"',
      "naming.unalias = 0",
      "naming.lookup = 0",
    ]);
  });

  test("several values in a scope; the same one twice is one", async () => {
    const stage = town();
    await stage.tell(
      "a",
      call("naming.alias", "s", "x"),
      call("naming.alias", "s", "y"),
      call("naming.alias", "s", "x"),
    );
    expect(await stage.tell("b", lookup("s", "x"), lookup("s", "y"))).toEqual([
      'naming.lookup = 7 "cloud/a"',
      'naming.lookup = 7 "cloud/a"',
    ]);
    await stage.tell("a", call("naming.unalias", "s", "x"));
    expect(await stage.tell("b", lookup("s", "x"), lookup("s", "y"))).toEqual([
      "naming.lookup = 0",
      'naming.lookup = 7 "cloud/a"',
    ]);
  });

  test("an alias of the configuration can be taken back", async () => {
    const stage = town();
    expect(await stage.tell("b", call("naming.unalias", "topic", "news"), lookup("topic", "news"))).toEqual([
      "naming.unalias = 0",
      'naming.lookup = 6 "edge/c"',
    ]);
  });

  test("one that the atom has not is NOT_FOUND, even if another has it", async () => {
    const stage = town();
    expect(await stage.tell("a", call("naming.unalias", "topic", "news"))).toEqual(["naming.unalias = NOT_FOUND"]);
  });

  test("a scope and a value are needed, without line breaks, in 256 bytes", async () => {
    const stage = town();
    const pairs = [
      ["", "x"],
      ["s", ""],
      ["s", "a\nb"],
      ["s", "x".repeat(256)],
    ] as const;
    expect(await stage.tell("a", ...pairs.map(([scope, value]) => call("naming.alias", scope, value)))).toEqual(
      ["INVALID", "INVALID", "INVALID", "TOO_LARGE"].map((code) => `naming.alias = ${code}`),
    );
  });

  test("aliases outlive the instance and the object", async () => {
    const stage = town();
    await stage.tell("a", call("naming.alias", "s", "v"));
    await stage.evict("a");
    expect(await stage.tell("a", lookup("s", "v"))).toEqual(['naming.lookup = 7 "cloud/a"']);
  });
});
