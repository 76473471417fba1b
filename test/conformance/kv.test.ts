/** docs/abi.md, section 4: `radon:kv`. */
import { describe, expect, test } from "vitest";
import { KV_SCAN_ENTRIES_MAX, TURN_KV_BYTES_MAX } from "../../durable/core/limits.ts";
import { call, grow, out, poke, Stage, trap, type Step } from "./puppet.ts";

/** An entry as scan encodes it. */
function entry(key: string, value: string): string {
  const length = (text: string) => String.fromCharCode(text.length) + "\0\0\0";
  return length(key) + length(value) + key + value;
}

/** Of the entries of the last scan, each of one character each way, the `which`. */
function column(lines: readonly string[], which: "keys" | "values"): string {
  const line = lines.findLast((each) => each.startsWith("kv.scan = ")) ?? "";
  const entries = JSON.parse(line.replace(/^kv\.scan = \d+ ?/, "") || '""') as string;
  const at = which === "keys" ? 8 : 9;
  return [...entries].filter((_, index) => index % 10 === at).join("");
}

const put = (...keys: string[]): Step[] => keys.map((key) => call("kv.put", key, key.toUpperCase()));
const scan = (start: string, end: string, limit = 100, reverse = 0) =>
  call("kv.scan", start, end, limit, reverse, out(400));

describe("§4 get, put, delete", () => {
  test("an atom reads its own writes, in the same turn and later", async () => {
    const stage = new Stage("a");
    expect(
      await stage.tell(
        "a",
        call("kv.put", "k", "1"),
        call("kv.get", "k", out(9)),
        call("kv.put", "k", "22"),
        call("core.yield"),
        call("kv.get", "k", out(9)),
      ),
    ).toEqual([...["kv.put = 0", 'kv.get = 1 "1"', "kv.put = 0", "core.yield = 0", 'kv.get = 2 "22"']]);
    expect(await stage.tell("a", call("kv.get", "k", out(9)))).toEqual(['kv.get = 2 "22"']);
  });

  test("what is deleted is NOT_FOUND, as is what never was", async () => {
    const stage = new Stage("a");
    const lines = await stage.tell(
      "a",
      call("kv.put", "k", "1"),
      call("kv.delete", "k"),
      call("kv.get", "k", out(9)),
      call("kv.delete", "k"),
      call("kv.get", "x", out(9)),
    );
    expect(lines.slice(1)).toEqual([
      "kv.delete = 0",
      "kv.get = NOT_FOUND",
      "kv.delete = NOT_FOUND",
      "kv.get = NOT_FOUND",
    ]);
  });

  test("keys and values are bytes: empty ones, zeros and what is no UTF-8", async () => {
    const stage = new Stage("a");
    const bytes = new Uint8Array([0, 255, 0]);
    expect(
      await stage.tell(
        "a",
        call("kv.put", bytes, bytes),
        call("kv.get", bytes, out(3)),
        call("kv.put", "", "empty key"),
        call("kv.get", "", out(9)),
      ),
    ).toEqual([...["kv.put = 0", 'kv.get = 3 "\\u0000\ufffd\\u0000"', "kv.put = 0", 'kv.get = 9 "empty key"']]);
  });

  test("keys of 2048 bytes and values of 1 MiB are the largest", async () => {
    const stage = new Stage("a");
    const calls = [
      call("kv.put", 0, 2_048, 0, 1),
      call("kv.put", 0, 2_049, 0, 1),
      call("kv.put", "k", 0, 1_048_576),
      call("kv.put", "k", 0, 1_048_577),
      call("kv.get", 0, 2_049, 0, 0),
    ];
    expect(await stage.tell("a", ...calls)).toEqual([
      "kv.put = 0",
      "kv.put = TOO_LARGE",
      "kv.put = 0",
      "kv.put = TOO_LARGE",
      "kv.get = TOO_LARGE",
    ]);
  });

  test("what was put stays, should the guest change its memory", async () => {
    const stage = new Stage("a");
    const where = out(1);
    expect(
      (
        await stage.tell("a", poke(where, 65), call("kv.put", "k", where), poke(where, 66), call("kv.get", "k", out(1)))
      ).at(-1),
    ).toBe('kv.get = 1 "A"');
  });

  test("the store is durable: it outlives traps and the object, and is the atom's own", async () => {
    const stage = new Stage({ name: "a", attemptsMax: 1 }, "b");
    await stage.tell("a", call("kv.put", "k", "v"));
    await stage.tell("a", trap());
    await stage.evict("a");
    await stage.advance(1_000);
    expect((await stage.tell("a", call("kv.get", "k", out(1)))).at(-1)).toBe('kv.get = 1 "v"');
    expect(await stage.tell("b", call("kv.get", "k", out(1)))).toEqual(["kv.get = NOT_FOUND"]);
  });
});

describe("§4 scan", () => {
  test("gives u32 key length, u32 value length, key, value, in the order of key bytes", async () => {
    const stage = new Stage("a");
    const lines = await stage.tell(
      "a",
      call("kv.put", "b", "two"),
      call("kv.put", "a", ""),
      call("kv.put", "ab", "x"),
      scan("", ""),
    );
    const entries = [entry("a", ""), entry("ab", "x"), entry("b", "two")].join("");
    expect(lines.at(-1)).toBe(`kv.scan = ${entries.length} ${JSON.stringify(entries)}`);
  });

  test.each([
    ["start is in, end is out", "b", "d", 100, 0, "bc"],
    ["an empty end is no bound", "c", "", 100, 0, "cde"],
    ["an empty start is no bound", "", "c", 100, 0, "ab"],
    ["limit", "a", "", 2, 0, "ab"],
    ["reverse begins at the end", "a", "e", 100, 1, "dcba"],
    ["reverse with a limit", "", "", 2, 1, "ed"],
    ["a range that is empty", "d", "b", 100, 0, ""],
    ["a limit of 0 is none", "", "", 0, 0, "abcde"],
    ["nor is a negative one", "", "", -1, 0, "abcde"],
  ])("%s", async (_, start, end, limit, reverse, keys) => {
    const stage = new Stage("a");
    await stage.tell("a", ...put("c", "a", "e", "b", "d"));
    expect(column(await stage.tell("a", scan(start, end, limit, reverse)), "keys")).toBe(keys);
  });

  test.each([0, 1])(
    "sees the open turn over what is committed, and no trace of what it deleted (reverse %i)",
    async (reverse) => {
      const stage = new Stage("a");
      await stage.tell("a", ...put("a", "c", "e"), call("core.yield"), ...put("d"));
      const lines = await stage.tell(
        "a",
        ...put("b", "f"),
        call("kv.delete", "c"),
        call("kv.put", "e", "!"),
        scan("", "", 100, reverse),
      );
      expect(column(lines, "keys")).toBe(reverse ? "fedba" : "abdef");
      expect(lines.at(-1)).toContain("e!");
    },
  );

  test("orders by bytes, not by characters", async () => {
    const stage = new Stage("a");
    const keys = [new Uint8Array([0x80]), new Uint8Array([0x7f]), new Uint8Array([0xff]), new Uint8Array([0])];
    await stage.tell("a", ...keys.map((key, index) => call("kv.put", key, String(index))));
    expect(column(await stage.tell("a", scan("", "")), "values")).toBe("3102");
  });

  test("§6 answers what 4 MiB hold, and the last key leads to the rest", async () => {
    const stage = new Stage("a");
    await stage.tell("a", ...["1", "2", "3", "4", "5", "6"].map((key) => call("kv.put", key, 0, 1_000_000)));
    const from = (start: string, end: string, reverse: number) => call("kv.scan", start, end, 0, reverse, 0, 0);
    const size = (entries: number) => `kv.scan = ${entries * (8 + 1 + 1_000_000)}`;
    const lines = await stage.tell("a", grow(80), from("", "", 0), from("4\0", "", 0), from("6\0", "", 0));
    expect(lines.slice(1)).toEqual([size(4), size(2), size(0)]);
    expect(await stage.tell("a", from("", "", 1), from("", "3", 1))).toEqual([size(4), size(2)]);
  });

  test("§6 answers 10,000 entries at most, whatever the limit", async () => {
    const stage = new Stage("a");
    const { atom } = stage.session("a");
    for (let i = 0; i <= KV_SCAN_ENTRIES_MAX; i++) atom.putFromOutside(String(i).padStart(5, "0"), new Uint8Array(0));
    const size = (entries: number) => `kv.scan = ${entries * (8 + 5)}`;
    const lines = await stage.tell(
      "a",
      call("kv.scan", "", "", 20_000, 0, 0, 0),
      call("kv.scan", "09999\0", "", 0, 0, 0, 0),
    );
    expect(lines).toEqual([size(KV_SCAN_ENTRIES_MAX), size(1)]);
  });
});

describe("§6 what a turn writes", () => {
  const write = (key: string) => call("kv.put", key, 0, 1_000_000);
  const FITS = 33;

  test("is bounded until a blocking point commits it", async () => {
    const stage = new Stage("a");
    const keys = Array.from({ length: FITS + 1 }, (_, index) => String.fromCharCode(65 + index));
    const lines = await stage.tell("a", ...keys.map(write), call("core.sleep", 0), write("~"));
    expect(lines.slice(0, FITS)).toEqual(Array.from({ length: FITS }, () => "kv.put = 0"));
    expect(lines.slice(FITS)).toEqual(["kv.put = BUSY", "core.sleep = 0", "kv.put = 0"]);
    expect(Object.keys(stage.kv("a"))).toHaveLength(FITS + 1);
  });

  test("counts each key with 100 bytes more, also one that is deleted", async () => {
    const rest = TURN_KV_BYTES_MAX - FITS * (1_000_000 + 1 + 100);
    const full = (size: number) => [
      ...Array.from({ length: FITS }, (_, index) => write(String.fromCharCode(65 + index))),
      call("kv.put", "z", 0, size),
      call("kv.delete", "old"),
    ];
    const stage = new Stage("a");
    await stage.tell("a", ...put("old"));
    expect((await stage.tell("a", ...full(rest - 100))).slice(FITS)).toEqual(["kv.put = BUSY", "kv.delete = 0"]);
    await stage.tell("a", ...put("old"));
    expect((await stage.tell("a", ...full(rest - 101))).slice(FITS)).toEqual(["kv.put = 0", "kv.delete = BUSY"]);
  });

  test("holds of a key that is written again the newest value only", async () => {
    const stage = new Stage("a");
    const lines = await stage.tell("a", ...Array.from({ length: 2 * FITS }, () => write("k")), write("l"));
    expect(new Set(lines)).toEqual(new Set(["kv.put = 0"]));
  });
});
