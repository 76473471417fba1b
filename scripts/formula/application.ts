/** The application as one runtime's Worker is built with it. */
import type { Application, AtomEntry, ObjectPlace, RuntimeEntry } from "../../durable/core/application.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import { settingsOn } from "./atom-settings.ts";
import type { AtomSpec, Formula } from "./formula.ts";
import type { RuntimePlace } from "./cloudflare-schema.ts";
import { versionOfWorker } from "./version.ts";
import { OWN_BINDINGS } from "./worker-shape.ts";

export interface ApplicationOptions {
  readonly runtime: RuntimeName;
  readonly development: boolean;
  /** SHA-256 of each compiled module. */
  readonly hashes: ReadonlyMap<string, string>;
  /** The hash of the runtime's own code, of which the version is made as well. */
  readonly code: string;
}

export function applicationFor(formula: Formula, options: ApplicationOptions): Application {
  const { runtime, development, hashes, code } = options;
  const application = {
    app: formula.app,
    runtime,
    leader: formula.leader,
    development,
    runtimes: runtimeEntries(formula, runtime),
    atoms: formula.atoms.flatMap((atom) => atom.runtimes.map((each) => atomEntry(atom, each, hashes))),
  };
  return { ...application, version: versionOfWorker(application, code) };
}

export function runtimeEntries(formula: Formula, own: RuntimeName): RuntimeEntry[] {
  const peers = formula.runtimes.map((runtime) => runtime.name).filter((name) => name !== own);
  return formula.runtimes.map(({ name, tags, place }) => {
    const suffix = name === own ? "" : `_${peers.indexOf(name) + 1}`;
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
