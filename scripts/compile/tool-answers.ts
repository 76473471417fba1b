/**
 * What tools say of themselves, such as their version, remembered as long as they are the same: starting a compiler only to ask
 * takes longer than a build in which nothing changed.
 *
 * Invariants
 * 1. An answer belongs to the very file that gave it (its real path, size and time), its arguments and its environment. A file
 *    that may stand for another program, such as a script or a switch between versions, is asked each time.
 * 2. That something is missing is not remembered beyond a build: it may have been installed meanwhile.
 * 3. Nothing is asked twice in a build.
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { sha256 } from "./file-hashes.ts";
import { runTool } from "./run-tool.ts";

const FILE = "tools.json";
const ANSWERS_MAX = 200;
/** The real names of files that are what they are called. */
const THEMSELVES = /^(clang|rustc|cargo|zig|rustup)\b/;

const answers = new Map<string, string>();
/** All of this build's, the missing ones too. */
const ofBuild = new Map<string, Promise<string | undefined>>();
let folder: string | undefined;

/** A build begins; keeps the answers in this folder, beyond this process. */
export function rememberAnswersIn(cacheFolder: string): void {
  ofBuild.clear();
  if (folder === cacheFolder) return;
  folder = cacheFolder;
  for (const [key, answer] of Object.entries(readAnswers(path.join(cacheFolder, FILE)))) answers.set(key, answer);
}

/** All that a tool prints, or undefined if it is not there or fails. */
export function answerOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const question = JSON.stringify([command, args, env, process.env["PATH"]]);
  const answer = ofBuild.get(question) ?? ask(command, args, env);
  ofBuild.set(question, answer);
  return answer;
}

async function ask(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const key = keyOf(command, args, env);
  const known = key === undefined ? undefined : answers.get(key);
  if (known !== undefined) return known;
  const run = await runTool(command, args, { env });
  if (run.code !== 0) return undefined;
  if (key !== undefined && !isMissing(args, run.stdout)) remember(key, run.stdout);
  return run.stdout;
}

/** The first line that a tool prints, or undefined if it is not there or fails. */
export async function firstLine(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  return (await answerOf(command, args, env))?.split("\n")[0];
}

/** Asked where a file is, clang answers its bare name if it is nowhere. */
function isMissing(args: readonly string[], answer: string): boolean {
  return args.some((arg) => arg.startsWith("-print-")) && !path.isAbsolute(answer);
}

function remember(key: string, answer: string): void {
  answers.set(key, answer);
  if (folder === undefined) return;
  const latest = Object.fromEntries([...answers].slice(-ANSWERS_MAX));
  const file = path.join(folder, FILE);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}.part`, JSON.stringify(latest));
    renameSync(`${file}.${process.pid}.part`, file);
  } catch {
    // The next build asks again: no reason to fail this one.
  }
}

function readAnswers(file: string): Readonly<Record<string, string>> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {};
  }
}

/** Undefined if the answer may change although the file does not. */
function keyOf(command: string, args: readonly string[], env: Readonly<Record<string, string>>): string | undefined {
  const at = found(command, env["PATH"] ?? process.env["PATH"] ?? "");
  if (at === undefined) return undefined;
  const real = realpathSync(at);
  if (!THEMSELVES.test(path.basename(real)) || isScript(real)) return undefined;
  const others = isProxy(at, real) ? toolchainFiles() : [];
  return sha256(JSON.stringify([command, real, ...[real, ...others].map(stampOf), args, Object.entries(env)]));
}

function found(command: string, PATH: string): string | undefined {
  if (path.isAbsolute(command)) return existsSync(command) ? command : undefined;
  return PATH.split(path.delimiter)
    .map((each) => path.join(each, command))
    .find(existsSync);
}

function isScript(file: string): boolean {
  const start = Buffer.alloc(2);
  const descriptor = openSync(file, "r");
  readSync(descriptor, start);
  closeSync(descriptor);
  return start.toString() === "#!";
}

function stampOf(file: string): readonly (string | number)[] {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? [file] : [file, stat.mtimeMs, stat.size, stat.ino];
}

/** rustup's own program stands for the compilers of all toolchains that it has installed. */
function isProxy(at: string, real: string): boolean {
  const rustup = path.join(path.dirname(at), "rustup");
  return path.basename(real) === "rustup" || (existsSync(rustup) && statSync(rustup).ino === statSync(real).ino);
}

/** What rustup chooses a toolchain by, and what changes when one is updated. */
function toolchainFiles(): string[] {
  const home = process.env["RUSTUP_HOME"] ?? path.join(homedir(), ".rustup");
  const updates = path.join(home, "update-hashes");
  const hashes = existsSync(updates) ? readdirSync(updates).map((name) => path.join(updates, name)) : [];
  const overrides = above(process.cwd()).flatMap((at) => [`${at}/rust-toolchain`, `${at}/rust-toolchain.toml`]);
  const chosen = [`RUSTUP_TOOLCHAIN=${process.env["RUSTUP_TOOLCHAIN"] ?? ""}`];
  return [...chosen, path.join(home, "settings.toml"), path.join(home, "toolchains"), ...hashes, ...overrides];
}

function above(at: string): string[] {
  const parent = path.dirname(at);
  return parent === at ? [at] : [at, ...above(parent)];
}
