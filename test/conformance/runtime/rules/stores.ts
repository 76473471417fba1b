/** Section 4: the store, and names. */
import { call, out, type Step } from "../../puppet-program.ts";
import { globalName, type Kit } from "../kit.ts";
import { expectEqual, rule } from "../rule.ts";

const KEYS = ["d", "a", "e", "b", "c"] as const;

/** Stores the letters under a rule's prefix, and scans them. */
async function scanned(kit: Kit, prefix: string, ...scans: readonly Step[]): Promise<string[]> {
  const puts = KEYS.map((key) => call("kv.put", `${prefix}/${key}`, key.toUpperCase()));
  const lines = await kit.tell("a", ...puts, ...scans);
  return lines.slice(KEYS.length).map(keysIn);
}

/** The last letters of the keys in a scan's answer, as the log shows it. */
function keysIn(line: string): string {
  const text = JSON.parse(line.replace(/^kv\.scan = \d+ ?/, "") || '""') as string;
  return [...text.matchAll(/\/([a-z])/g)].map(([, key]) => key).join("");
}

const scan = (start: string, end: string, limit: number, reverse: 0 | 1) =>
  call("kv.scan", start, end, limit, reverse, out(400));
const lookup = (scope: string, pattern: string) => call("naming.lookup", scope, pattern, 1, 10, out(100));

export const storeRules = [
  rule(
    "scan-order",
    "4",
    "A scan is in the order of key bytes, start in and end out; reverse begins at the end.",
    async (kit) => {
      const keys = await scanned(kit, "order", scan("order/b", "order/d", 9, 0), scan("order/", "order0", 9, 1));
      expectEqual(keys, ["bc", "edcba"]);
    },
  ),
  rule("scan-pages", "6", "With a limit, the last key and a zero byte lead on to the rest.", async (kit) => {
    const keys = await scanned(
      kit,
      "pages",
      scan("pages/", "pages0", 2, 0),
      scan("pages/b\0", "pages0", 2, 0),
      scan("pages/d\0", "pages0", 2, 0),
      scan("pages/e\0", "pages0", 2, 0),
    );
    expectEqual(keys, ["ab", "cd", "e", ""]);
  }),
  rule("kv-limits", "6", "A key has 2,048 bytes at most and a value 1 MiB; more is TOO_LARGE.", async (kit) => {
    const lines = await kit.tell(
      "a",
      call("kv.put", 0, 2_048, 0, 1),
      call("kv.put", 0, 2_049, 0, 1),
      call("kv.put", "limits", 0, 1_048_577),
    );
    expectEqual(lines, ["kv.put = 0", "kv.put = TOO_LARGE", "kv.put = TOO_LARGE"]);
  }),
  rule("kv-missing", "6", "get and delete of a key that is not there are NOT_FOUND.", async (kit) => {
    expectEqual(await kit.tell("a", call("kv.get", "missing", out(1)), call("kv.delete", "missing")), [
      "kv.get = NOT_FOUND",
      "kv.delete = NOT_FOUND",
    ]);
  }),
  rule("kv-lasts", "4", "The store outlives the instance, and is the atom's own.", async (kit) => {
    await kit.tell("a", call("kv.put", "lasts", "on"));
    await kit.api.restart(globalName("a"));
    expectEqual(await kit.tell("a", call("kv.get", "lasts", out(9))), ['kv.get = 2 "on"']);
    expectEqual(await kit.tell("b", call("kv.get", "lasts", out(9))), ["kv.get = NOT_FOUND"]);
  }),
  rule("aliases", "4", "An atom has several aliases in a scope, and sees them at once after its turn.", async (kit) => {
    const alias = (value: string) => call("naming.alias", "topic", value);
    const steps = [
      alias("news"),
      alias("sport"),
      call("core.yield"),
      lookup("topic", "news"),
      call("naming.unalias", "topic", "news"),
      call("core.yield"),
      lookup("topic", "new.*"),
      lookup("topic", "sport"),
    ];
    const lines = (await kit.tell("a", ...steps)).filter((line) => line.startsWith("naming.lookup"));
    expectEqual(lines, ['naming.lookup = 5 "kit/a"', "naming.lookup = 0", 'naming.lookup = 5 "kit/a"']);
    await kit.tell("a", call("naming.unalias", "topic", "sport"));
  }),
  rule(
    "patterns",
    "4",
    "A pattern is RE2 and stands for the whole name; one that is no pattern is INVALID.",
    async (kit) => {
      const lines = await kit.tell("a", lookup("", "[ab]"), lookup("", "daem"), lookup("", "("));
      expectEqual(lines, ['naming.lookup = 11 "kit/a\\nkit/b"', "naming.lookup = 0", "naming.lookup = INVALID"]);
    },
  ),
  rule("resolve", "4", "resolve gives the global name of an atom; of none it is NOT_FOUND.", async (kit) => {
    const lines = await kit.tell(
      "a",
      call("naming.resolve", "b", out(20)),
      call("naming.resolve", "kit/c", out(20)),
      call("naming.resolve", "nobody", out(20)),
    );
    expectEqual(lines, ['naming.resolve = 5 "kit/b"', 'naming.resolve = 5 "kit/c"', "naming.resolve = NOT_FOUND"]);
  }),
];
