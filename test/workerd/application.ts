/** The application that the objects run in these tests: one runtime, small atoms from `atoms/`, and one that no binding reaches. */
import { DEFAULT_SETTINGS, type Application, type AtomEntry } from "../../durable/core/application.ts";
import type { AtomName, RuntimeName } from "../../durable/core/names.ts";
import echo from "radon:test-atoms/echo.wasm";
import large from "radon:test-atoms/large.wasm";
import relay from "radon:test-atoms/relay.wasm";
import slow from "radon:test-atoms/slow.wasm";
import ticker from "radon:test-atoms/ticker.wasm";
import fastPath from "radon:test-atoms/fast-path.wasm";
import trampoline from "radon:test-atoms/trampoline.wasm";

export const engine = { trampoline, fastPath };
export const loadedAtomCode = null;

const main = "main" as RuntimeName;

export const modules: Record<string, WebAssembly.Module> = { echo, large, relay, slow, ticker };

function atom(name: string, module: string, changes: Partial<AtomEntry> = {}): AtomEntry {
  return {
    runtime: main,
    name: name as AtomName,
    module,
    moduleHash: module,
    kind: "reactive",
    ...DEFAULT_SETTINGS,
    attemptsMax: 3,
    httpTimeoutMs: 5_000,
    ...changes,
  };
}

export const application: Application = {
  app: "objects",
  version: "0123456789abcdef",
  runtime: main,
  leader: main,
  development: true,
  runtimes: [
    { name: main, tags: [], atomsBinding: "ATOMS", namingBinding: "NAMING" },
    // Nobody answers there: what is signed as this runtime is made by the tests.
    { name: "edge" as RuntimeName, tags: [], url: "https://edge.test" },
  ],
  atoms: [
    atom("echo", "echo", { http: ["/echo"], aliases: { topic: ["parrots"] } }),
    atom("relay", "relay"),
    // A test that looks at what an atom holds has one to itself: storage is shared by the tests of a file.
    ...[
      "kept",
      "keyed",
      "key-loaded",
      "loading-unloaded",
      "triggered",
      "trapped",
      "repeated",
      "ahead",
      "evicted",
      "stored",
      "logged",
      "socketed",
      "unreadable",
      "laned",
      "replayed",
    ].map((name) => atom(name, "echo")),
    atom("slow", "slow"),
    ...["large-1", "large-2", "large-3"].map((name) => atom(name, "large")),
    ...["interrupted", "forgotten"].map((name) => atom(name, "slow")),
    atom("ticker", "ticker", { kind: "daemon" }),
    atom("denied", "echo", { grants: ["messaging"] }),
  ],
};
