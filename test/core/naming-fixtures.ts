/** Applications and records for the tests of naming. */
import type { Alias } from "../../durable/core/aliases.ts";
import { aliasSet, type AliasSet } from "../../durable/core/alias-set.ts";
import { DEFAULT_SETTINGS, type Application, type AtomEntry } from "../../durable/core/application.ts";
import type { AtomRecord, RuntimeRecord } from "../../durable/core/directory.ts";
import type { AtomName, GlobalName, RuntimeName } from "../../durable/core/names.ts";

export const runtimeName = (text: string): RuntimeName => text as RuntimeName;
export const atomName = (text: string): AtomName => text as AtomName;
export const global = (text: string): GlobalName => text as GlobalName;

export function atomRecord(name: string, aliases: readonly Alias[] = [], moduleHash = "hash"): AtomRecord {
  return { name: atomName(name), kind: "reactive", moduleHash, aliases: aliasSet(aliases) };
}

export function runtimeRecord(
  runtime: string,
  identity: string,
  revision: number,
  atoms: readonly AtomRecord[],
): RuntimeRecord {
  return { runtime: runtimeName(runtime), identity, tags: [], revision, atoms };
}

/** An application of these atoms (global names, with their configured aliases), seen from `runtime`; the first leads. */
export function application(
  runtimes: readonly string[],
  atoms: Readonly<Record<string, AliasSet>>,
  runtime: string = runtimes[0] ?? "",
): Application {
  const entries = runtimes.map((name) => ({
    name: runtimeName(name),
    tags: [`tag-${name}`],
    atomsBinding: name === runtime ? "ATOMS" : `ATOMS_${name}`,
    namingBinding: name === runtime ? "NAMING" : `NAMING_${name}`,
  }));
  return {
    app: "test",
    version: "",
    runtime: runtimeName(runtime),
    leader: runtimeName(runtimes[0] ?? ""),
    development: true,
    runtimes: entries,
    atoms: Object.entries(atoms).map(([name, aliases]) => atomEntry(name, aliases)),
  };
}

function atomEntry(name: string, aliases: AliasSet): AtomEntry {
  const [runtime = "", atom = ""] = name.split("/");
  return {
    runtime: runtimeName(runtime),
    name: atomName(atom),
    module: atom,
    moduleHash: "hash",
    kind: "reactive",
    ...DEFAULT_SETTINGS,
    aliases,
  };
}
