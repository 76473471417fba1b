/** Two kinds of tests: in Node (pure cores, engine, scripts, end to end over HTTP), and inside workerd (the objects). */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig, type Plugin } from "vitest/config";
import wabt from "wabt";
import { COMPATIBILITY_DATE } from "./durable/core/platform.ts";
import { secretOf } from "./test/signing/peer-secret.ts";
import { skipReporter } from "./test/skip-reasons.ts";

const root = import.meta.dirname;
const atoms = join(root, "test/workerd/atoms");
const compiled = join(root, ".radon/test");

/** Those of the engine's own modules. */
const FEATURES = { bulk_memory: true, multi_memory: true };

/** workerd imports compiled modules only, so the test atoms are assembled before anything runs. */
async function assembleTestAtoms(): Promise<void> {
  const assembler = await wabt();
  mkdirSync(compiled, { recursive: true });
  const files = readdirSync(atoms).filter((name) => name.endsWith(".wat"));
  const engine = ["trampoline.wat", "fast-path.wat"].map((name) => join(root, "durable/engine", name));
  for (const file of [...files.map((name) => join(atoms, name)), ...engine]) {
    const module = assembler.parseWat(file, readFileSync(file, "utf8"), FEATURES);
    const to = join(compiled, `${basename(file, ".wat")}.wasm`);
    writeFileSync(to, module.toBinary({ write_debug_names: true }).buffer);
  }
}
await assembleTestAtoms();

/** The router's package ships source maps without their sources, which a line for each of them complains about. */
const withoutRouterMaps: Plugin = {
  name: "without-router-maps",
  load(id) {
    if (!/\/node_modules\/itty-router\/.*\.mjs$/.test(id)) return null;
    return { code: readFileSync(id, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, ""), map: null };
  },
};

/** Vitest would leave a core to itself, which is half of a small machine; and a test that waits lets another one run. */
const WORKERS = Math.max(2, availableParallelism());
/** Many tests start Node programs of ours, which load the same modules: V8 compiles them once. */
const env = { NODE_COMPILE_CACHE: join(compiled, "node") };

export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    reporters: ["default", skipReporter],
    silent: "passed-only",
    projects: [
      {
        test: {
          name: "node",
          // Some start the command, which takes a while where other work shares the processors.
          testTimeout: 20_000,
          include: ["test/**/*.test.ts"],
          exclude: ["test/workerd/**", "test/end-to-end/**", "test/sdk/**"],
          env,
        },
      },
      {
        test: {
          name: "end-to-end",
          include: ["test/{end-to-end,sdk}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          env,
        },
      },
      {
        plugins: [
          withoutRouterMaps,
          cloudflareTest({
            main: "./workers/runtime.ts",
            miniflare: {
              compatibilityDate: COMPATIBILITY_DATE,
              modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
              // No test of objects reaches a network: who asks for something outside finds nobody.
              outboundService: () => new Response(null, { status: 503 }),
              bindings: { RADON_PEER_KEYS: secretOf("main", "edge", "k2", "k1") },
              durableObjects: {
                ATOMS: { className: "AtomObject", useSQLite: true },
                NAMING: { className: "NamingObject", useSQLite: true },
              },
              additionalUnboundDurableObjects: [{ className: "StateKeeper", useSQLite: true }],
            },
          }),
        ],
        resolve: {
          alias: {
            "radon:test-atoms": compiled,
            "radon:application": join(root, "test/workerd/application.ts"),
          },
        },
        test: { name: "workerd", include: ["test/workerd/**/*.test.ts"] },
      },
    ],
  },
});
