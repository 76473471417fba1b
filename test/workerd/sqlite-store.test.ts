import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { SqliteStore } from "../../durable/sqlite-store.ts";

test("smoke", async () => {
  const ns = (env as any).ATOMS as DurableObjectNamespace;
  const r = await runInDurableObject(ns.get(ns.idFromName("echo")), (_, state) => {
    const s = new SqliteStore(state.storage);
    s.commit([{ kind: "kv", key: "a", value: new Uint8Array([1]) }]);
    return s.get("a");
  });
  expect([...r!]).toEqual([1]);
  const x = await ns.get(ns.idFromName("echo")).fetch("http://atom/requests", { method: "POST", body: "hi" });
  expect(await x.text()).toBe("hi");
});
