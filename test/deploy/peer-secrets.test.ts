import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RuntimeName } from "../../durable/core/names.ts";
import { KeyRing } from "../../durable/signing/key-ring.ts";
import { signRequest, verifyRequest } from "../../durable/signing/token.ts";
import { secretsOfRuntimes } from "../../scripts/deploy/deployment-keys.ts";
import { heldKeys, keepKeys, keysForDeployment } from "../../scripts/deploy/key-source.ts";
import { keysText, newKey, parseKeys, rotated, type ApplicationKey } from "../../scripts/deploy/peer-keys.ts";
import { peerSecrets } from "../../scripts/deploy/peer-secrets.ts";
import type { RuntimeSpec } from "../../scripts/formula/formula.ts";

const NOW_MS = Date.UTC(2026, 10, 5);
const runtime = (name: string, target: RuntimeSpec["target"]) => ({ name: name as RuntimeName, tags: [], target });
const formula = {
  app: "tour",
  runtimes: [
    runtime("cloud", "cloudflare"),
    runtime("cloud-2", "cloudflare"),
    runtime("edge-1", "workerd"),
    runtime("edge-2", "workerd"),
  ],
};

/** The ring that a runtime makes of its secret. */
function ringOf(name: string, keys: readonly ApplicationKey[], of = formula): KeyRing {
  const ring = KeyRing.read(Object.fromEntries(peerSecrets(of, keys).get(name as RuntimeName) ?? []));
  if ("code" in ring) throw new Error(ring.reason);
  return ring;
}

/** What `to` says to a request that `from` signs. */
async function verdict(from: KeyRing, to: KeyRing): Promise<string> {
  const key = from.signingKey(to.own, NOW_MS);
  if ("code" in key) return key.code;
  const claims = { issuer: from.own, audience: to.own, id: "1", method: "POST", path: "/", sha256: "", size: 0 };
  const verified = await verifyRequest(await signRequest(claims, key, NOW_MS), to, NOW_MS);
  return "code" in verified ? verified.code : "GOOD";
}

describe("the secrets of runtimes", () => {
  const keys = [newKey()];

  test("let both of each pair that no binding connects know each other, and no others", async () => {
    const [cloud, edge1, edge2] = ["cloud", "edge-1", "edge-2"].map((name) => ringOf(name, keys)) as [
      KeyRing,
      KeyRing,
      KeyRing,
    ];
    expect(await verdict(cloud, edge1)).toBe("GOOD");
    expect(await verdict(edge1, cloud)).toBe("GOOD");
    expect(await verdict(edge2, edge1)).toBe("GOOD");
    expect(cloud.knows("cloud-2")).toBe(false);
  });

  test("are none where bindings connect all", () => {
    expect(peerSecrets({ ...formula, runtimes: formula.runtimes.slice(0, 2) }, keys).size).toBe(0);
  });

  test("are others for another pair, application or key", () => {
    const other = (app: string, key: readonly ApplicationKey[]) => [...peerSecrets({ ...formula, app }, key).values()];
    const texts = [...other("tour", keys), ...other("tour-2", keys), ...other("tour", [newKey()])].flatMap((secrets) =>
      [...(secrets.get("RADON_PEER_KEYS") ?? "").matchAll(/"key":"([^"]+)"/g)].map((match) => match[1]),
    );
    // Each application has five pairs, and each pair's key is in two secrets.
    expect([texts.length, new Set(texts).size]).toEqual([30, 15]);
  });

  test("of a rotation under way are understood by who has the older ones only", async () => {
    const before = ringOf("cloud", keys);
    const after = ringOf("edge-1", rotated(keys));
    expect(await verdict(before, after)).toBe("GOOD");
    expect(await verdict(after, before)).toBe("UNKNOWN_KEY");
    expect(after.setAside(before.own, after.signingKey(before.own, NOW_MS) as never, NOW_MS)).toBe(true);
    expect(await verdict(after, before)).toBe("GOOD");
    expect(await verdict(before, ringOf("edge-1", rotated(rotated(keys))))).toBe("UNKNOWN_KEY");
  });
});

test("the keys of many peers are several secrets, each of a length that a Worker takes", async () => {
  const many = Array.from({ length: 70 }, (_, index) => runtime(`machine-${index}`.padEnd(100, "x"), "workerd"));
  const large = { app: "large", runtimes: [runtime("cloud", "cloudflare"), ...many] };
  const keys = [newKey(), newKey()];
  const secrets = peerSecrets(large, keys).get("cloud" as RuntimeName) ?? new Map<string, string>();
  expect([...secrets.keys()].slice(0, 3)).toEqual(["RADON_PEER_KEYS", "RADON_PEER_KEYS_2", "RADON_PEER_KEYS_3"]);
  expect(Math.max(...[...secrets.values()].map(({ length }) => length))).toBeLessThanOrEqual(5_000);
  const [cloud, last] = ["cloud", many.at(-1)?.name ?? ""].map((name) => ringOf(name, keys, large)) as [
    KeyRing,
    KeyRing,
  ];
  expect(await verdict(cloud, last)).toBe("GOOD");
  expect(await verdict(last, cloud)).toBe("GOOD");
  expect(KeyRing.read({ RADON_PEER_KEYS: secrets.get("RADON_PEER_KEYS") })).toMatchObject({ code: "NO_KEYS" });
});

describe("the secrets that a deployment sends", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "radon-keys-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));
  const said: string[] = [];
  const sent = (dryRun: boolean, runtimes = formula.runtimes) =>
    secretsOfRuntimes({ ...formula, runtimes, home }, { environment: {}, dryRun, say: (line) => said.push(line) });

  test("are of keys that are made once, and kept where it says", () => {
    expect([...sent(false).keys()]).toEqual(["cloud", "cloud-2", "edge-1", "edge-2"]);
    expect(said[0]).toContain(join(home, ".radon/keys/tour"));
    expect(sent(false)).toEqual(sent(false));
    expect(sent(true)).toEqual(sent(false));
  });

  test("are of keys for nobody in a dry run that finds none, and none where none are needed", () => {
    expect(sent(true).size).toBe(4);
    expect(sent(false, formula.runtimes.slice(0, 2)).size).toBe(0);
    expect(existsSync(join(home, ".radon"))).toBe(false);
  });
});

describe("the keys of an application", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "radon-keys-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));
  const app = () => ({ app: "tour", home });

  test("come from the variable, and then no file is made", () => {
    const keys = [newKey(), newKey()];
    const held = keysForDeployment(app(), { RADON_KEYS: keysText(keys) });
    expect(held).toEqual({ source: { kind: "environment" }, keys, made: false });
    expect(existsSync(join(home, ".radon"))).toBe(false);
  });

  test("are made once, and kept in a file that only its owner reads", () => {
    expect(heldKeys(app(), {}).keys).toEqual([]);
    const made = keysForDeployment(app(), {});
    expect(made).toMatchObject({ made: true, source: { kind: "file" } });
    if (made.source.kind !== "file") throw new Error("no file");
    expect(statSync(made.source.file).mode & 0o777).toBe(0o600);
    expect(keysForDeployment(app(), {})).toEqual({ ...made, made: false });
    keepKeys(made.source.file, rotated(made.keys));
    expect(heldKeys(app(), {}).keys.map(({ id }) => id)).toEqual([expect.any(String), made.keys[0]?.id]);
  });

  test.each([
    ["nothing of ours", "s3cret"],
    ["three keys", keysText([newKey(), newKey(), newKey()])],
    ["one key twice", (() => keysText([newKey()].flatMap((key) => [key, key])))()],
  ])("that are %s are refused without a word of what they are", (_, text) => {
    expect(parseKeys(text)).toEqual(expect.any(String));
    expect(() => heldKeys(app(), { RADON_KEYS: text })).toThrow(/^The variable RADON_KEYS cannot be used/);
    expect(parseKeys(text)).not.toContain(text.slice(0, 6));
  });
});
