/** The application as one runtime's Worker is built with it. */
import type {
  Application,
  AtomEntry,
  BoundRuntime,
  ObjectPlace,
  RuntimeEntry,
} from "../../durable/core/application.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import { settingsOn } from "./atom-settings.ts";
import type { AtomSpec, Formula } from "./formula.ts";
import type { RuntimePlace } from "./cloudflare-schema.ts";
import { areBound, type Situation } from "./reach.ts";
import { versionOfWorker } from "./version.ts";
import { OWN_BINDINGS } from "./worker-shape.ts";

export interface ApplicationOptions {
  readonly runtime: RuntimeName;
  readonly development: boolean;
  readonly situation: Situation;
  /** SHA-256 of each compiled module. */
  readonly hashes: ReadonlyMap<string, string>;
  /** The hash of the runtime's own code, of which the version is made as well. */
  readonly code: string;
  /** True if atoms can be loaded into the runtime. */
  readonly loads?: boolean;
}

export function applicationFor(formula: Formula, options: ApplicationOptions): Application {
  const { runtime, development, situation, hashes, code, loads = false } = options;
  const application = {
    app: formula.app,
    runtime,
    leader: formula.leader,
    development,
    runtimes: runtimeEntries(formula, runtime, situation),
    loads,
    atoms: formula.atoms.flatMap((atom) => atom.runtimes.map((each) => atomEntry(atom, each, hashes))),
  };
  return { ...application, version: versionOfWorker(application, code) };
}

/** The runtimes as the runtime `own` reaches them: those that bindings connect to it, and the others by their urls. */
export function runtimeEntries(formula: Formula, own: RuntimeName, situation: Situation): RuntimeEntry[] {
  const bound = boundRuntimes(formula, own, situation);
  const remote = formula.runtimes.filter(({ name }) => bound.every((each) => each.name !== name));
  const entries: RuntimeEntry[] = [...bound, ...remote.map(({ name, tags, url = "" }) => ({ name, tags, url }))];
  const place = new Map(formula.runtimes.map(({ name }, index) => [name, index]));
  return entries.sort((a, b) => (place.get(a.name) ?? 0) - (place.get(b.name) ?? 0));
}

/** The runtimes whose objects the Worker of `own` is bound to, its own among them: what it has to be given bindings for. */
export function boundRuntimes(formula: Formula, own: RuntimeName, situation: Situation): BoundRuntime[] {
  const ownSpec = formula.runtimes.find(({ name }) => name === own);
  const bound = formula.runtimes.filter((each) => ownSpec !== undefined && areBound(ownSpec, each, situation));
  const peers = bound.filter(({ name }) => name !== own);
  return bound.map((runtime) => {
    const { name, tags, place } = runtime;
    const suffix = name === own ? "" : `_${peers.indexOf(runtime) + 1}`;
    const bindings = { atomsBinding: OWN_BINDINGS.atoms + suffix, namingBinding: OWN_BINDINGS.naming + suffix };
    return { name, tags, ...objectPlace(place), ...bindings };
  });
}

function objectPlace({ location, jurisdiction }: RuntimePlace = {}): { place?: ObjectPlace } {
  if (location === undefined && jurisdiction === undefined) return {};
  return { place: { ...(location && { location }), ...(jurisdiction && { jurisdiction }) } };
}

function atomEntry(atom: AtomSpec, runtime: RuntimeName, hashes: ReadonlyMap<string, string>): AtomEntry {
  const { name, module, kind } = atom;
  const { aliases, http, grants, durability, config, ...limits } = settingsOn(atom, runtime);
  const { attemptsMax, cpuMs, memoryMb, httpTimeoutMs } = limits;
  const moduleHash = hashes.get(module) ?? "";
  return {
    runtime,
    name,
    module,
    moduleHash,
    kind,
    aliases,
    http,
    grants,
    durability,
    config,
    attemptsMax,
    cpuMs,
    memoryMb,
    httpTimeoutMs,
  };
}
