/**
 * A module that a command of the user's makes, in any language there is. It runs by the system's shell in the source's folder
 * and leaves the module where RADON_OUT says: at the `output` of the formula, or in a place of the build's own.
 *
 * Invariant
 * 1. The module depends on every file of the folder but hidden ones, folders of build results, the output, and what the formula
 *    ignores. What the command needs from elsewhere is not seen.
 * 2. The module is one that this run of the command has made: an output of before is out of its sight, and comes back if it fails.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { tool, type Compiler, type SourceOf } from "./compiler.ts";
import { runTool } from "./run-tool.ts";
import type { Source } from "./source.ts";
import { filesBelow } from "./source-files.ts";

export const command: Compiler<"command"> = {
  find: ({ command: text }) => Promise.resolve(tool(text, `\`${text}\``)),
  inputs,
  flags: ({ output, ignore }) => [output ?? "", ...ignore],

  compile: async (source, _tool, job) => {
    const before = new Set(inputs(source));
    const out = outputOf(source) ?? path.join(job.scratch, "atom.wasm");
    const earlier = new EarlierOutput(out);
    const run = await runTool(withErrors(source.command), [], {
      cwd: source.folder,
      env: { ...colourEnv(job.colours), RADON_OUT: out },
      signal: job.signal,
      shell: true,
    }).finally(() => earlier.backIfNone());
    if (run.code !== 0) return { ok: false, diagnostics: run.stdout.trim() || endOf(run.code) };
    if (earlier.isBack || !existsSync(out))
      return { ok: false, diagnostics: `${run.stdout.trim()}\n${noModule(source, earlier.isBack)}`.trim() };
    const added = inputs(source).filter((file) => !before.has(file));
    return { ok: true, wasm: new Uint8Array(await readFile(out)), warnings: warningOf(source, added) };
  },
};

/** What an earlier run has left, under a name that is no source's while the command runs. */
class EarlierOutput {
  readonly #out: string;
  readonly #aside: string;
  readonly #wasThere: boolean;
  isBack = false;

  constructor(out: string) {
    this.#out = out;
    this.#aside = path.join(path.dirname(out), `.${path.basename(out)}.before`);
    this.#wasThere = existsSync(out);
    if (this.#wasThere) renameSync(out, this.#aside);
  }

  backIfNone(): void {
    this.isBack = this.#wasThere && !existsSync(this.#out);
    if (this.isBack) renameSync(this.#aside, this.#out);
    else rmSync(this.#aside, { recursive: true, force: true });
  }
}

function inputs(source: SourceOf<"command">): string[] {
  const { folder, ignore } = source;
  const result = outputOf(source);
  return filesBelow(folder).filter((file) => {
    const name = path.relative(folder, file).replaceAll(path.sep, "/");
    return file !== result && !ignore.some((pattern) => path.matchesGlob(name, pattern));
  });
}

/** Where the command leaves the module, if the formula says so. */
export function outputOf(source: Source): string | undefined {
  if (source.kind !== "command" || source.output === undefined) return undefined;
  return path.resolve(source.folder, source.output);
}

/** With both of its streams in one, so that what it says stays in order. */
function withErrors(text: string): string {
  return process.platform === "win32" ? `(${text}) 2>&1` : `exec 2>&1\n${text}`;
}

/** What most tools go by that are not told by an option of their own. */
function colourEnv(colours: boolean): Record<string, string> {
  return colours ? { FORCE_COLOR: "1", CLICOLOR_FORCE: "1" } : { NO_COLOR: "1" };
}

function endOf(code: number | undefined): string {
  return code === undefined ? "The command was ended by a signal." : `The command ended with code ${code}.`;
}

function noModule({ output }: SourceOf<"command">, isBack: boolean): string {
  if (output === undefined)
    return 'The command left no module at $RADON_OUT: let it write there, or say where the module is: output = "atom.wasm".';
  return isBack
    ? `The command did not write ${output}, which the formula names as its output: the one that is there is of an earlier run. Let it write the module each time it runs.`
    : `The command left no module at ${output}, which the formula names as its output.`;
}

/** Files that come and go with the command would have the module built anew for no reason. */
function warningOf({ folder }: SourceOf<"command">, added: readonly string[]): string {
  const [first] = added;
  if (first === undefined) return "";
  const name = path.relative(folder, first).replaceAll(path.sep, "/");
  const more = added.length === 1 ? "" : ` and ${added.length - 1} more`;
  return `The command wrote ${name}${more} among its sources. Ignore such files: ignore = ["${path.extname(name) === "" ? name : `**/*${path.extname(name)}`}"].`;
}
