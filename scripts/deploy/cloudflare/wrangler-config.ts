/**
 * The configuration by which wrangler deploys the Worker of one runtime.
 *
 * Invariants
 * 1. Every Worker has both classes and the same migrations, so that a stub and the Worker that replaces it differ in code only.
 * 2. It is bound to the objects of every other runtime that is on Cloudflare, and to none that is not.
 */
import type { RuntimeName } from "../../../durable/core/names.ts";
import { COMPATIBILITY_DATE, LOADER_BINDING } from "../../../durable/core/platform.ts";
import { boundRuntimes } from "../../formula/application.ts";
import { settingsOn } from "../../formula/atom-settings.ts";
import type { Observability, RuntimePlace } from "../../formula/cloudflare-schema.ts";
import type { Formula, RuntimeSpec } from "../../formula/formula.ts";
import { MIGRATIONS, OBJECT_CLASSES, type Migration } from "../../formula/worker-shape.ts";
import type { VersionNote } from "../version-note.ts";
import { noteVariables } from "./note-variables.ts";
import { workerName } from "./worker-name.ts";

/** What tells whose a Worker is: the value is `app/runtime`. */
export const OWNER_VARIABLE = "RADON_RUNTIME";

/** What tells a stub from a runtime. */
export const STUB_VARIABLE = "RADON_STUB";

/** The platform gives an event this long where nothing is said. */
const EVENT_CPU_MS_DEFAULT = 30_000;

export interface ConfigOptions {
  /** The Worker's entry, relative to the folder of the configuration. */
  readonly main: string;
  readonly migrations?: readonly Migration[];
  /** Of a runtime that is deployed, for whoever puts it back. */
  readonly note?: VersionNote;
}

export function ownerOf(app: string, runtime: RuntimeName): string {
  return `${app}/${runtime}`;
}

/** Of a Worker that stands for the runtime until the whole of it can be bound. */
export function stubConfig(formula: Formula, runtime: RuntimeSpec, options: ConfigOptions): Record<string, unknown> {
  return {
    ...common(formula, runtime, options),
    vars: { ...ownerVariable(formula, runtime), [STUB_VARIABLE]: "true" },
    durable_objects: { bindings: bindings(formula, runtime.name, [runtime]), ...UPDATES },
  };
}

export function wranglerConfig(
  formula: Formula,
  runtime: RuntimeSpec,
  options: ConfigOptions,
): Record<string, unknown> {
  const reachable = formula.runtimes.filter(({ target }) => target === "cloudflare");
  return {
    ...common(formula, runtime, options),
    vars: { ...ownerVariable(formula, runtime), ...(options.note === undefined ? {} : noteVariables(options.note)) },
    find_additional_modules: true,
    rules: [{ type: "CompiledWasm", globs: ["*.wasm"], fallthrough: false }],
    upload_source_maps: true,
    durable_objects: { bindings: bindings(formula, runtime.name, reachable), ...UPDATES },
    ...domain(runtime),
    ...(runtime.loader === true ? { worker_loaders: [{ binding: LOADER_BINDING }] } : {}),
    ...placement(runtime.place),
    ...limits(formula, runtime),
  };
}

/** An object that is busy, as a daemon always is, would run the code before this for minutes; state is durable at any time. */
const UPDATES = { code_update_strategy: { mode: "immediate" } } as const;

function common(formula: Formula, runtime: RuntimeSpec, { main, migrations = MIGRATIONS }: ConfigOptions) {
  return {
    name: workerName(formula.app, runtime.name),
    main,
    no_bundle: true,
    compatibility_date: COMPATIBILITY_DATE,
    send_metrics: false,
    workers_dev: runtime.custom_domain !== true,
    preview_urls: false,
    vars: ownerVariable(formula, runtime),
    migrations,
    observability: observability(runtime.observability),
  };
}

function ownerVariable({ app }: Formula, { name }: RuntimeSpec): Readonly<Record<string, string>> {
  return { [OWNER_VARIABLE]: ownerOf(app, name) };
}

interface ObjectBinding {
  readonly name: string;
  readonly class_name: string;
  /** Of the Worker that has the class, if it is another one. */
  readonly script_name?: string;
}

function bindings(formula: Formula, own: RuntimeName, to: readonly RuntimeSpec[]): ObjectBinding[] {
  const reachable = new Set(to.map(({ name }) => name));
  return boundRuntimes(formula, own, "deployed")
    .filter(({ name }) => reachable.has(name))
    .flatMap(({ name, atomsBinding, namingBinding }) => {
      const elsewhere = name === own ? {} : { script_name: workerName(formula.app, name) };
      return [
        { name: atomsBinding, class_name: OBJECT_CLASSES.atoms, ...elsewhere },
        { name: namingBinding, class_name: OBJECT_CLASSES.naming, ...elsewhere },
      ];
    });
}

function domain({ url, custom_domain }: RuntimeSpec): Record<string, unknown> {
  if (custom_domain !== true || url === undefined) return {};
  return { routes: [{ pattern: new URL(url).hostname, custom_domain }] };
}

function placement({ region }: RuntimePlace = {}): Record<string, unknown> {
  if (region === undefined) return {};
  return { placement: region === "smart" ? { mode: "smart" } : { mode: "targeted", region } };
}

/** What the formula says; else as much time as an atom of the runtime may take, where that is more than the platform gives. */
function limits(formula: Formula, { name, limits: given = {} }: RuntimeSpec): Record<string, unknown> {
  const own = formula.atoms.filter(({ runtimes, metering }) => metering && runtimes.includes(name));
  const needed_ms = Math.max(...own.map((atom) => settingsOn(atom, name).cpuMs), 0);
  const cpu_ms = given.cpu_ms ?? (needed_ms > EVENT_CPU_MS_DEFAULT ? needed_ms : undefined);
  const all = { ...(cpu_ms && { cpu_ms }), ...(given.subrequests && { subrequests: given.subrequests }) };
  return Object.keys(all).length === 0 ? {} : { limits: all };
}

function observability({ enabled, sampling, traces }: Observability = { enabled: true, traces: false }) {
  const rate = sampling === undefined ? {} : { head_sampling_rate: sampling };
  return { enabled, ...rate, ...(enabled && traces ? { traces: { enabled, ...rate } } : {}) };
}
