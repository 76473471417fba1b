/** `radon keys`: the keys by which runtimes that no binding connects know each other. */
import path from "node:path";
import { heldKeys, keepKeys, KEYS_VARIABLE, type HeldKeys, type KeySource } from "../deploy/key-source.ts";
import { keysText, rotated, type ApplicationKey } from "../deploy/peer-keys.ts";
import type { Formula } from "../formula/formula.ts";
import { loadFormula } from "../formula/load.ts";
import { shownPath } from "../formula/problems.ts";
import { remotePairs } from "../formula/reach.ts";
import { Console } from "../terminal/console.ts";
import { CommandError, EXIT } from "./exit-codes.ts";

export interface KeysCommandOptions {
  readonly config: string;
  readonly rotate?: true;
  readonly print?: true;
  readonly json?: true;
}

export function keysCommand(options: KeysCommandOptions): number {
  const console = new Console(options.json === true);
  const { formula, problems } = loadFormula(path.resolve(options.config), { environment: process.env });
  console.problems(problems);
  if (formula === undefined) return EXIT.input;
  const held = heldKeys(formula, process.env);
  if (options.rotate === true) rotate(held, console);
  else if (options.print === true) print(held.keys);
  else if (options.json === true) process.stdout.write(`${JSON.stringify(report(formula, held), null, 2)}\n`);
  else process.stdout.write(`${text(formula, held)}\n`);
  return EXIT.ok;
}

/** Keys of the environment are the user's to keep, so the new ones go to stdout; those of the file are replaced there. */
function rotate({ source, keys }: HeldKeys, console: Console): void {
  const next = rotated(keys);
  if (source.kind === "file") keepKeys(source.file, next);
  else print(next);
  console.say(
    `The new key is ${next[0]?.id ?? ""}${source.kind === "file" ? `, kept in ${shownPath(source.file)}` : ""}.`,
  );
  if (source.kind === "environment") console.say(`Set ${KEYS_VARIABLE} to the line on the standard output.`);
  console.say(`Deploy every runtime: "radon deploy". ${endOf(keys)}`);
}

function endOf(before: readonly ApplicationKey[]): string {
  const [last, ...older] = before.map(({ id }) => id);
  const gone = older.length === 0 ? "" : ` ${older.join(", ")} is good no more.`;
  return last === undefined ? "" : `Until the next rotation ${last} is still good.${gone}`;
}

function print(keys: readonly ApplicationKey[]): void {
  if (keys.length === 0)
    throw new CommandError(
      'There are no keys yet: "radon keys --rotate" makes the first, or "radon deploy".',
      EXIT.input,
    );
  process.stdout.write(`${keysText(keys)}\n`);
}

function report(formula: Formula, { source, keys }: HeldKeys): object {
  return {
    app: formula.app,
    kept: source.kind === "file" ? { file: source.file } : { variable: KEYS_VARIABLE },
    keys: keys.map(({ id }, index) => ({ id, signs: index === 0 })),
    pairs: remotePairs(formula),
  };
}

function text(formula: Formula, { source, keys }: HeldKeys): string {
  const pairs = remotePairs(formula).map(([a, b]) => `  ${a} and ${b}`);
  if (formula.runtimes.length === 1) return `${formula.app} has one runtime: it needs no keys.`;
  if (pairs.length === 0) return `Bindings connect all runtimes of ${formula.app}: they need no keys.`;
  const ids = keys.map(({ id }, index) => `  ${id}  ${index === 0 ? "signs" : "is still good"}`);
  return [
    "Signed requests connect",
    ...pairs,
    keys.length === 0 ? `There are no keys yet; "radon deploy" makes them.` : `The keys, in ${whereOf(source)}`,
    ...ids,
  ].join("\n");
}

function whereOf(source: KeySource): string {
  return source.kind === "file" ? shownPath(source.file) : `the variable ${KEYS_VARIABLE}`;
}
