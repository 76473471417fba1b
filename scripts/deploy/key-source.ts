/**
 * Where the keys of an application are kept: in the variable RADON_KEYS, for whoever deploys from several places, else in a file
 * beside the formula that only its owner reads, made when keys are first needed.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import type { Environment } from "../formula/environment.ts";
import { safeName } from "../formula/folders.ts";
import type { Formula } from "../formula/formula.ts";
import { keysText, newKey, parseKeys, type ApplicationKey } from "./peer-keys.ts";

export const KEYS_VARIABLE = "RADON_KEYS";

type App = Pick<Formula, "app" | "home">;

export type KeySource = { readonly kind: "environment" } | { readonly kind: "file"; readonly file: string };

export interface HeldKeys {
  readonly source: KeySource;
  /** The newest first; none if there are none yet. */
  readonly keys: readonly ApplicationKey[];
}

/** The keys as they are. Throws the end of the command if what is there cannot be read. */
export function heldKeys(formula: App, environment: Environment): HeldKeys {
  const text = environment[KEYS_VARIABLE];
  if (text !== undefined && text !== "") {
    return { source: { kind: "environment" }, keys: readable(text, `The variable ${KEYS_VARIABLE} cannot be used.`) };
  }
  const file = keysFile(formula);
  const source = { kind: "file", file } as const;
  if (!existsSync(file)) return { source, keys: [] };
  return { source, keys: readable(readFileSync(file, "utf8"), `The file ${file} cannot be used.`) };
}

/** The keys for a deployment, made and kept if there are none; `made` says so. */
export function keysForDeployment(formula: App, environment: Environment): HeldKeys & { readonly made: boolean } {
  const held = heldKeys(formula, environment);
  if (held.keys.length > 0 || held.source.kind === "environment") return { ...held, made: false };
  const keys = [newKey()];
  keepKeys(held.source.file, keys);
  return { ...held, keys, made: true };
}

export function keepKeys(file: string, keys: readonly ApplicationKey[]): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const aside = `${file}.part`;
  writeFileSync(aside, `${keysText(keys)}\n`, { mode: 0o600 });
  chmodSync(aside, 0o600);
  renameSync(aside, file);
}

function keysFile({ app, home }: App): string {
  return path.join(home, ".radon", "keys", safeName(app));
}

function readable(text: string, what: string): readonly ApplicationKey[] {
  const keys = parseKeys(text);
  if (typeof keys === "string") throw new CommandError(`${what} ${keys}`, EXIT.input);
  return keys;
}
