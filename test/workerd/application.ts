/** The application that the objects run in these tests: one runtime, small atoms from `atoms/`. */
import type { Application, AtomEntry } from "../../durable/core/application.ts";
import { DEFAULT_GRANTS } from "../../durable/core/application.ts";
import type { AtomName, RuntimeName } from "../../durable/core/names.ts";
import echo from "radon:test-atoms/echo.wasm";
import relay from "radon:test-atoms/relay.wasm";

const main = "main" as RuntimeName;

export const modules: Record<string, WebAssembly.Module> = { echo, relay };

function atom(name: string, module: string, changes: Partial<AtomEntry> = {}): AtomEntry {
  return {
    runtime: main,
    name: name as AtomName,
    module,
    moduleHash: module,
    kind: "reactive",
    aliases: {},
    http: [],
    grants: DEFAULT_GRANTS,
    durability: "durable",
    config: {},
    attemptsMax: 3,
    httpTimeoutMs: 5_000,
    ...changes,
  };
}

export const application: Application = {
  app: "objects",
  runtime: main,
  leader: main,
  development: true,
  runtimes: [{ name: main, tags: [], atomsBinding: "ATOMS", namingBinding: "NAMING" }],
  atoms: [atom("echo", "echo", { http: ["/echo"], aliases: { topic: ["parrots"] } }), atom("relay", "relay")],
};
