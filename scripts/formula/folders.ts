/** The folders under `.radon`, and names made safe for files, hosts and Workers. */
import path from "node:path";
import { sha256 } from "../compile/file-hashes.ts";
import type { Environment } from "./environment.ts";

export interface Folders {
  readonly cache: string;
  /** What compilers leave behind. */
  readonly work: string;
  readonly build: string;
  readonly data: string;
}

/** `purpose` keeps what `radon dev` runs apart from what `radon build` writes meanwhile. */
export function foldersOf(home: string, app: string, purpose: "build" | "dev", environment: Environment): Folders {
  const root = path.join(home, ".radon");
  const cache = environment["RADON_CACHE"];
  return {
    cache: cache === undefined || cache === "" ? path.join(root, "cache") : path.resolve(cache),
    work: path.join(root, "work"),
    build: path.join(root, purpose, safeName(app)),
    data: path.join(root, "data"),
  };
}

/**
 * A name for a folder or a Worker: names may have capitals and be `..`, where file systems and Workers know neither. What has
 * to be changed gets a hash, so that two names never become one.
 */
export function safeName(name: string): string {
  const safe = name.toLowerCase().replace(/[^a-z0-9_-]/g, "-");
  return safe === name ? name : `${safe}-${sha256(name).slice(0, 8)}`;
}
