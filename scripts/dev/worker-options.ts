/** The application's Workers as Miniflare runs them: each with its own objects and bound to those of all the others. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { V4MiniflareOptions } from "miniflare";
import { COMPATIBILITY_DATE, LOADER_BINDING } from "../../durable/core/platform.ts";
import { boundRuntimes } from "../formula/application.ts";
import type { RuntimeBundle } from "../formula/bundle.ts";
import { safeName } from "../formula/folders.ts";
import type { Formula } from "../formula/formula.ts";
import { OBJECT_CLASSES } from "../formula/worker-shape.ts";
import { runtimeHost } from "./address.ts";

type WorkerOptions = Extract<V4MiniflareOptions, { workers: unknown }>["workers"][number];

/** The leader's Worker comes first: Miniflare sends it what no route matches. */
export function workersOf(
  formula: Formula,
  bundles: readonly RuntimeBundle[],
  token: string | undefined,
): WorkerOptions[] {
  const leaderFirst = [...bundles].sort((a, b) => rank(a, formula) - rank(b, formula));
  return leaderFirst.map((bundle) => workerOf(formula, bundle, token));
}

function rank(bundle: RuntimeBundle, formula: Formula): number {
  return bundle.runtime === formula.leader ? 0 : 1;
}

function workerOf(formula: Formula, bundle: RuntimeBundle, token: string | undefined): WorkerOptions {
  return {
    name: workerName(formula, bundle.runtime),
    compatibilityDate: COMPATIBILITY_DATE,
    modulesRoot: bundle.folder,
    modules: [
      { type: "ESModule", path: bundle.worker, contents: readFileSync(bundle.worker, "utf8") },
      ...bundle.wasm.map((file) => ({ type: "CompiledWasm" as const, path: file, contents: bytesOf(file) })),
    ],
    durableObjects: objectBindings(formula, bundle.runtime),
    ...(bundle.loads ? { workerLoaders: { [LOADER_BINDING]: {} } } : {}),
    bindings: token === undefined ? {} : { RADON_TOKEN: token },
    routes: routesOf(bundle.runtime),
  };
}

/** Read now, so that a build that is under way changes nothing of what runs. */
function bytesOf(file: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(path.resolve(file)));
}

export function workerName(formula: Formula, runtime: string): string {
  return `${safeName(formula.app)}--${safeName(runtime)}`;
}

function objectBindings(formula: Formula, own: string): NonNullable<WorkerOptions["durableObjects"]> {
  const runtime = formula.runtimes.find((each) => each.name === own)?.name ?? formula.leader;
  const entries = boundRuntimes(formula, runtime, "one process").flatMap(({ name, atomsBinding, namingBinding }) => {
    const elsewhere = name === own ? {} : { scriptName: workerName(formula, name) };
    return [
      [atomsBinding, { className: OBJECT_CLASSES.atoms, useSQLite: true, ...elsewhere }],
      [namingBinding, { className: OBJECT_CLASSES.naming, useSQLite: true, ...elsewhere }],
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** A name that makes no host name, such as "..", has no route; its atoms are reached through the leader's Worker. */
function routesOf(runtime: string): string[] {
  const route = `${runtimeHost(runtime)}/*`;
  return URL.canParse(`http://${route}`) ? [route] : [];
}
