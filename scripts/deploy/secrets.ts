/**
 * What the runtimes are told in secret.
 *
 * Invariants
 * 1. A secret is never an argument of a process, and in a file only as long as the process that reads it runs: one that only its
 *    owner may read, in a folder of its own.
 * 2. RADON_TOKEN of the environment goes before one of the file.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import type { Environment } from "../formula/environment.ts";
import { shownPath } from "../formula/problems.ts";

export const TOKEN = "RADON_TOKEN";

/** The bindings of a runtime's Worker: a secret of that name would take the place of one. */
const TAKEN = /^(ATOMS|NAMING)(_\d+)?$|^LOADER$|^RADON_(?!TOKEN$)/;

export type Secrets = ReadonlyMap<string, string>;

/** Those of the environment and of the file that the command was given: an object of texts in JSON, or lines NAME=VALUE. */
export function readSecrets(environment: Environment, file: string | undefined): Secrets {
  const secrets = new Map(file === undefined ? [] : Object.entries(ofFile(file)));
  const token = environment[TOKEN];
  if (token !== undefined && token !== "") secrets.set(TOKEN, token);
  return secrets;
}

/** Without the token nobody could start the runtimes: their control API stays closed. */
export function tokenTrouble(secrets: Secrets): string | undefined {
  const token = secrets.get(TOKEN);
  if (token === undefined) {
    const what = `Set ${TOKEN}: it becomes the token of the control API, by which radon starts what it has deployed.`;
    return `${what} openssl rand -base64 24 makes a good one.`;
  }
  return /^[!-~]+$/.test(token) ? undefined : `${TOKEN} may hold printable ASCII without spaces only.`;
}

function ofFile(file: string): Record<string, string> {
  const text = readText(file);
  const values: unknown = text.trimStart().startsWith("{") ? parseJson(text, file) : parseEnv(text);
  const entries = Object.entries(values as object);
  const wrong = entries.find(([name, value]) => !/^[A-Za-z_]\w*$/.test(name) || typeof value !== "string");
  const taken = entries.find(([name]) => TAKEN.test(name));
  if (taken !== undefined)
    throw refusal(file, `"${taken[0]}" is a name of radon's own. Call the secret something else.`);
  if (wrong === undefined && entries.length > 0) return Object.fromEntries(entries) as Record<string, string>;
  const which = wrong === undefined ? "It holds no secret" : `"${wrong[0]}" is no name with a text`;
  throw refusal(file, `${which}. Write lines NAME=VALUE, or an object of texts in JSON.`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw refusal(file, `It cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** The parser's own message would show a part of the text. */
function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(file, "It begins as JSON, but is none.");
  }
}

function refusal(file: string, reason: string): CommandError {
  return new CommandError(`The secrets file ${shownPath(path.resolve(file))}: ${reason}`, EXIT.usage);
}

/** Writes the secrets for a process that reads them from a file, and removes them when `use` ends in any way. */
export async function withSecretsFile<T>(secrets: Secrets, use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "radon-secrets-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const file = path.join(folder, "secrets.json");
    writeFileSync(file, JSON.stringify(Object.fromEntries(secrets)), { mode: 0o600, flag: "wx" });
    return await use(file);
  } finally {
    process.off("exit", remove);
    remove();
  }
}
