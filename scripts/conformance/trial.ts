/**
 * A module at work in a real runtime: an application of one atom, `trial/subject`, built and served as `radon dev` does it, with its
 * state in a folder that is deleted afterwards.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GRANTS, type AtomKind, type Grant } from "../../durable/core/application.ts";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { claimPort } from "../dev/address.ts";
import { serve } from "../dev/server.ts";
import { startRuntimes } from "../dev/start-runtimes.ts";
import { guardWorkerd } from "../dev/workerd-guard.ts";
import { workersOf } from "../dev/worker-options.ts";
import { buildFormula } from "../formula/build.ts";
import { foldersOf } from "../formula/folders.ts";
import { loadFormula } from "../formula/load.ts";
import { problemText, type Problem } from "../formula/problems.ts";
import { ControlApi } from "./control-api.ts";

export const ATOM = "trial/subject";
export const ROUTE = "/subject";
const HOST = "127.0.0.1";
const CPU_MS = 2_000;

export interface TrialOptions {
  readonly kind: AtomKind;
  readonly grants: readonly Grant[] | undefined;
  readonly memoryMb: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface Trial {
  readonly api: ControlApi;
  stop(): Promise<void>;
}

/** Serves the module in `bytes`; what keeps it from being built, as text, if anything does. */
export async function startTrial(bytes: Uint8Array, options: TrialOptions): Promise<Trial | string> {
  const folder = mkdtempSync(path.join(tmpdir(), "radon-conformance-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    writeFileSync(path.join(folder, "subject.wasm"), bytes);
    const trial = await serveTrial(folder, options, remove);
    if (typeof trial === "string") remove();
    return trial;
  } catch (error) {
    remove();
    throw error;
  }
}

async function serveTrial(folder: string, options: TrialOptions, remove: () => void): Promise<Trial | string> {
  const file = path.join(folder, "formula.toml");
  writeFileSync(file, formulaText(options));
  const { formula, problems } = loadFormula(file, { environment: {} });
  if (formula === undefined) return textOf(problems);
  const build = await buildFormula(formula, {
    folders: foldersOf(formula.home, formula.app, "dev", {}),
    development: true,
    situation: "one process",
    bundle: true,
  });
  if (!build.ok) return textOf(build.problems);
  const guard = await guardWorkerd(path.join(folder, "guard"));
  const port = await claimPort(HOST, 0);
  const dataFolder = path.join(folder, "data");
  const workers = workersOf(formula, build.runtimes, undefined);
  const server = await serve(workers, { host: HOST, port, dataFolder, onLog: () => undefined });
  // A module that does not start is what the rules are there to tell.
  const notStarted = (await startRuntimes(server.url, formula, undefined)).filter((each) => each.badAtom === undefined);
  const stop = async () => {
    await server.stop();
    guard.release();
    remove();
  };
  if (notStarted.length === 0) return { api: new ControlApi(server.url), stop };
  await stop();
  throw new CommandError(notStarted.map(({ message }) => message).join("\n"), EXIT.environment);
}

/** One attempt, so that what traps the module is told at once; texts are JSON's, which are TOML's. */
function formulaText({ kind, grants = GRANTS, memoryMb, config }: TrialOptions): string {
  const values = Object.entries(config).map(([key, value]) => `${JSON.stringify(key)} = ${JSON.stringify(value)}`);
  return [
    'app = "conformance"',
    '[[runtime]]\nname = "trial"',
    '[[atom]]\nname = "subject"\nwasm = "subject.wasm"\nattempts = 1',
    `kind = "${kind}"\nhttp = "${ROUTE}"\ngrants = ${JSON.stringify(grants)}`,
    `memory_mb = ${memoryMb}\ncpu_ms = ${CPU_MS}\nconfig = { ${values.join(", ")} }\n`,
  ].join("\n");
}

function textOf(problems: readonly Problem[]): string {
  return problems.map(problemText).join("\n");
}
