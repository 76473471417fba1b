/** What an atom is given where it runs: the settings of its [[atom]], and over them those of [atom.on.RUNTIME]. */
import { DEFAULT_SETTINGS, type Settings } from "../../durable/core/application.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import { checkAliases, checkCpu, checkRoutes, type Row } from "./check.ts";
import type { Place } from "./problems.ts";
import type { Reporter } from "./reporter.ts";
import type { AtomShape } from "./schema.ts";
import type { OverrideShape } from "./settings-schema.ts";

export interface AtomSettings extends Settings {
  /** Where its grants are written, or the atom itself. */
  readonly grantsPlace: Place;
  /** Where its memory is limited, or the atom itself. */
  readonly memoryPlace: Place;
}

/** Anything with settings for everywhere, and others for some runtimes. */
export interface Overridable extends AtomSettings {
  /** The settings on each runtime that has some of its own. */
  readonly on: ReadonlyMap<RuntimeName, AtomSettings>;
}

export function settingsOn(atom: Overridable, runtime: RuntimeName): AtomSettings {
  return atom.on.get(runtime) ?? atom;
}

export function readSettings(row: Row<AtomShape>, report: Reporter): AtomSettings {
  const { at, shape } = row;
  return {
    aliases: checkAliases(row, shape.aliases, report),
    http: checkRoutes(row, shape.http, report),
    grants: [...new Set(shape.grants)],
    durability: shape.durability,
    config: texts(shape.config),
    attemptsMax: shape.attempts,
    cpuMs: checkCpu(row, shape, report) ?? DEFAULT_SETTINGS.cpuMs,
    memoryMb: shape.memory_mb,
    httpTimeoutMs: shape.http_timeout_ms,
    grantsPlace: report.placeOf([...at, "grants"], "value"),
    memoryPlace: report.placeOf([...at, "memory_mb"], "value"),
  };
}

/** What an override says stands for what the atom says; only its config is laid over the atom's, key by key. */
export function overridden(
  base: AtomSettings,
  row: Row<OverrideShape>,
  atom: Pick<AtomShape, "name" | "metering">,
  report: Reporter,
): AtomSettings {
  const { at, shape } = row;
  return {
    aliases: shape.aliases === undefined ? base.aliases : checkAliases(row, shape.aliases, report),
    http: shape.http === undefined ? base.http : checkRoutes(row, shape.http, report),
    grants: shape.grants === undefined ? base.grants : [...new Set(shape.grants)],
    durability: shape.durability ?? base.durability,
    config: { ...base.config, ...texts(shape.config ?? {}) },
    attemptsMax: shape.attempts ?? base.attemptsMax,
    cpuMs: checkCpu(row, atom, report) ?? base.cpuMs,
    memoryMb: shape.memory_mb ?? base.memoryMb,
    httpTimeoutMs: shape.http_timeout_ms ?? base.httpTimeoutMs,
    grantsPlace: shape.grants === undefined ? base.grantsPlace : report.placeOf([...at, "grants"], "value"),
    memoryPlace: shape.memory_mb === undefined ? base.memoryPlace : report.placeOf([...at, "memory_mb"], "value"),
  };
}

function texts(config: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)]));
}
