/**
 * The files that a Rust crate is compiled from, found without running cargo: its own folder, the crates that it takes by path (the SDK is
 * one), and what the folders above may say about its build. Crates of a registry are fixed by Cargo.lock.
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { ParseError, getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { filesBelow, filesReached } from "./source-files.ts";

const MANIFEST = "Cargo.toml";
const LOCK = "Cargo.lock";
/** What cargo and rustup look for in every folder up to the root. */
const ABOVE = [MANIFEST, LOCK, "rust-toolchain", "rust-toolchain.toml", ".cargo/config", ".cargo/config.toml"] as const;
const CONFIGS = ["config", "config.toml"] as const;

/** Sorted absolute paths. */
export function rustSources(folder: string): string[] {
  const files = new Set<string>();
  for (const crate of cratesByPath(folder)) for (const file of filesBelow(crate)) files.add(file);
  for (const file of [...files].filter(isRust).flatMap(filesTakenIn)) files.add(file);
  for (const file of [...settingsOf(folder), ...filesAbove(folder), ...settingsOfMachine()]) files.add(file);
  return [...files].filter((file) => path.basename(file) !== LOCK || fixesVersions(file)).sort();
}

/** What cargo is told by the settings in and above the folder, and by those of the whole machine: each as it is in its file. */
export function cargoSettings(folder: string): unknown[] {
  const files = [...settingsOf(folder), ...filesAbove(folder), ...settingsOfMachine()];
  return files.filter((file) => CONFIGS.some((name) => path.basename(file) === name)).map(readToml);
}

/** Where cargo keeps what it has brought, and settings for all projects. */
export function cargoHome(): string {
  return process.env["CARGO_HOME"] ?? path.join(homedir(), ".cargo");
}

function settingsOfMachine(): string[] {
  return CONFIGS.map((name) => path.join(cargoHome(), name)).filter(existsSync);
}

/** The folder and those of all crates that it takes by path, directly or not. */
export function cratesByPath(folder: string): Set<string> {
  const crates = new Set<string>();
  const waiting = [folder, ...filesAbove(folder).filter(isManifest).flatMap(pathsIn)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (crates.has(next)) continue;
    crates.add(next);
    waiting.push(...pathsIn(path.join(next, MANIFEST)));
  }
  return crates;
}

/** Every `path` in a manifest that leads to a crate: in dependencies of all kinds, in a workspace's, in `[patch]`. */
function pathsIn(manifest: string): string[] {
  return pathValues(readToml(manifest))
    .map((value) => path.resolve(path.dirname(manifest), value))
    .filter((target) => existsSync(path.join(target, MANIFEST)));
}

function pathValues(table: unknown): string[] {
  if (typeof table !== "object" || table === null) return [];
  return Object.entries(table).flatMap(([key, value]: [string, unknown]) =>
    key === "path" && typeof value === "string" ? [value] : pathValues(value),
  );
}

/** What is no TOML is cargo's to report. */
function readToml(file: string): unknown {
  try {
    return getStaticTOMLValue(parseTOML(readFileSync(file, "utf8")));
  } catch (error) {
    if (error instanceof ParseError) return {};
    throw error;
  }
}

function filesAbove(folder: string): string[] {
  const files: string[] = [];
  for (let at = path.dirname(folder); ; at = path.dirname(at)) {
    files.push(...settingsOf(at));
    if (at === path.dirname(at)) return files;
  }
}

function settingsOf(folder: string): string[] {
  return ABOVE.map((name) => path.join(folder, name)).filter(existsSync);
}

/** `include!` and its like, and `#[path]`, may name files elsewhere. */
const TAKEN_IN = /(?:\binclude(?:_str|_bytes)?!\s*\(|#\[path\s*=)\s*"([^"]+)"/g;

function filesTakenIn(file: string): string[] {
  return filesReached(file, TAKEN_IN, (target) => [target]);
}

function isRust(file: string): boolean {
  return file.endsWith(".rs");
}

function isManifest(file: string): boolean {
  return path.basename(file) === MANIFEST;
}

/** Cargo writes a lock file at the first build; one that names no crate of a registry says nothing that the manifests do not. */
function fixesVersions(lock: string): boolean {
  return /^source = /m.test(readFileSync(lock, "utf8"));
}
