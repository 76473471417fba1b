/**
 * Keeps the folders of this machine out of Rust's modules. Panics tell where they come from, and cargo gives rustc the files of crates that a crate
 * takes by path as absolute paths: rustc is told to write them as they are seen from the formula's folder.
 *
 * Invariant
 * 1. Cargo takes flags from one of several places only. Ours go with those that are there already, which stay in force.
 */
import { realpathSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { cargoHome, cargoSettings, cratesByPath } from "./rust-sources.ts";

/** What stands for cargo's own folder, in which crates of registries are. */
const CARGO_HOME_NAME = "/cargo";

export interface PathName {
  readonly from: string;
  /** As seen from the root, which itself is "". */
  readonly to: string;
}

/** What paths begin with, and what is written instead. Of several that fit, rustc takes the last one. */
export function pathNames(folder: string, root: string): PathName[] {
  const outside = [...cratesByPath(folder)].filter((crate) => path.relative(root, crate).startsWith(".."));
  const named = outside.map((crate) => ({ from: crate, to: path.relative(root, crate).replaceAll(path.sep, "/") }));
  const roots = [...new Set([root, realpathSync(root)])].map((from) => ({ from, to: "" }));
  return [{ from: cargoHome(), to: CARGO_HOME_NAME }, ...named, ...roots];
}

/** Options and environment by which cargo hands rustc the names, along with the flags that it would hand it anyway. */
export function flagsFor(
  target: string,
  folder: string,
  names: readonly PathName[],
): { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const flags = names.map(({ from, to }) => `--remap-path-prefix=${from}=${to}`);
  const told = flagsOfEnvironment();
  if (told !== undefined) return { args: [], env: { CARGO_ENCODED_RUSTFLAGS: [...told, ...flags].join(SEPARATOR) } };
  const key = hasFlagsFor(target, folder) ? `target.${target}.rustflags` : "build.rustflags";
  return { args: ["--config", `${key}=${JSON.stringify(flags)}`], env: {} };
}

const SEPARATOR = "\u001f";

/** Undefined if there are none, which is something else than an empty list. */
export function flagsOfEnvironment(): string[] | undefined {
  const encoded = process.env["CARGO_ENCODED_RUSTFLAGS"]?.split(SEPARATOR);
  return (encoded ?? process.env["RUSTFLAGS"]?.split(" "))?.filter((flag) => flag !== "");
}

const settingsSchema = z.looseObject({ target: z.record(z.string(), z.unknown()).optional() });
const targetSchema = z.looseObject({ rustflags: z.unknown() });

/** True if the settings have flags for the target: then cargo takes none that are for every target. */
function hasFlagsFor(target: string, folder: string): boolean {
  if (process.env[`CARGO_TARGET_${target.toUpperCase().replaceAll("-", "_")}_RUSTFLAGS`] !== undefined) return true;
  const targets = cargoSettings(folder).flatMap((each) =>
    Object.entries(settingsSchema.safeParse(each).data?.target ?? {}),
  );
  return targets.some(
    ([name, settings]) =>
      (name === target || name.startsWith("cfg(")) && targetSchema.safeParse(settings).data?.rustflags !== undefined,
  );
}
