/** `kv.entries` of the AssemblyScript SDK: a walk over more entries than it reads at a time, both ways. */
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { compileModules } from "../../scripts/compile/compile-modules.ts";
import { compileWasm } from "../../scripts/compile/wasm-module.ts";
import { World } from "../engine/engine-harness.ts";
import { workspace } from "../formula/formulas.ts";

/** Asked N, it stores N keys, the empty one among them, and replies which a walk meets, forwards and then backwards, and how it ends. */
const WALKER = `
import { kv, lastError, receive } from "radon-as";

export function invoke(): void {
  const message = receive();
  if (!message) return;
  kv.put("", "");
  for (let i: i64 = 1; i < message.integer(); i++) kv.put(i, i);
  message.reply(walk(false) + ";" + walk(true));
}

function walk(reverse: bool): string {
  const entries = kv.entries("", reverse);
  let keys = "";
  for (let entry = entries.next(); entry; entry = entries.next()) keys += entry.key + ",";
  return keys + (entries.next() ? "more" : lastError().name);
}
`;

const space = workspace();
afterAll(space.remove);

async function walker(): Promise<WebAssembly.Module> {
  const entry = space.write("walker.ts", WALKER);
  const place = { kind: "file", file: "formula.toml", line: 1, column: 1 } as const;
  const source = { kind: "assemblyscript", entry, folder: undefined } as const;
  const [result] = await compileModules([{ name: "walker", source, metered: true, place }], {
    root: space.folder,
    cacheFolder: path.join(space.folder, "cache"),
    workFolder: path.join(space.folder, "work"),
  });
  const module = result?.kind === "compiled" ? await compileWasm(result.wasm) : JSON.stringify(result);
  if (typeof module === "string") throw new Error(module);
  return module;
}

test("a walk meets every key once, in order, and then ends", async () => {
  const world = new World([{ name: "walker", module: await walker() }]);
  for (const count of [1, 100, 101, 250]) {
    const keys = Array.from({ length: count }, (_, index) => (index === 0 ? "" : `${index}`)).sort();
    const walked = (inOrder: readonly string[]) => inOrder.map((key) => `${key},`).join("") + "NOT_FOUND";
    const { payload } = (await world.ask("walker", `${count}`)) as { payload: Uint8Array };
    expect(new TextDecoder().decode(payload)).toBe(`${walked(keys)};${walked(keys.toReversed())}`);
  }
});
