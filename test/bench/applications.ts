/** The applications that are measured, built by the same code as `radon dev` builds any. */
import { buildFormula } from "../../scripts/formula/build.ts";
import { workersOf } from "../../scripts/dev/worker-options.ts";
import { foldersOf } from "../../scripts/formula/folders.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import path from "node:path";
import { writePaddedModule } from "./padded-module.ts";
import { writeFormula, type BenchAtom } from "./formula-text.ts";

export const BENCH_FOLDER = path.join(import.meta.dirname, "../../.radon/bench");
export const SUBSCRIBERS = 100;

export type Workers = ReturnType<typeof workersOf>;

const daemon = { kind: "daemon", config: { daemon: "yes" } } as const;

const subscribers = Array.from({ length: SUBSCRIBERS }, (_, index): BenchAtom => ({
  name: subscriberName(index),
  source: "subscriber.wat",
}));

const MAIN: readonly BenchAtom[] = [
  { name: "source", source: "source.wat" },
  { name: "sink", source: "sink.wat" },
  { name: "sink-daemon", source: "sink.wat", ...daemon },
  { name: "sink-keep", source: "sink.wat", config: { keep: "yes" } },
  { name: "sink", source: "sink.wat", runtime: "west" },
  { name: "sink-daemon", source: "sink.wat", runtime: "west", ...daemon },
  { name: "asker", source: "asker.wat" },
  { name: "echo", source: "echo.wat" },
  { name: "command-echo", source: "command-echo.wat" },
  { name: "volatile-asker", source: "asker.wat", durability: "volatile" },
  { name: "volatile-echo", source: "echo.wat", durability: "volatile" },
  { name: "counter", source: "counter.wat", http: "/counter" },
  { name: "calls", source: "calls.wat" },
  { name: "drain", source: "drain.wat" },
  { name: "publisher", source: "publisher.wat" },
  { name: "ping", source: "rally.wat", config: { partner: "pong" } },
  { name: "pong", source: "rally.wat", config: { partner: "ping" } },
  { name: "volatile-ping", source: "rally.wat", durability: "volatile", config: { partner: "volatile-pong" } },
  { name: "volatile-pong", source: "rally.wat", durability: "volatile", config: { partner: "volatile-ping" } },
  { name: "timekeeper", source: "timekeeper.wat" },
  ...subscribers,
];

export function subscriberName(index: number): string {
  return `sub-${String(index).padStart(2, "0")}`;
}

/** The atoms of every figure but those that need a process of their own. */
export function buildMain(): Promise<Workers> {
  return build("main", ["east", "west"], MAIN);
}

/** A runtime with a crowd of atoms of one module, and one atom that asks them. */
export function buildCrowd(size: number): Promise<Workers> {
  const padded = path.join(BENCH_FOLDER, "padded.wat");
  writePaddedModule(padded);
  const names = Array.from({ length: size }, (_, index) => `crowd-${String(index).padStart(3, "0")}`);
  const crowd = names.map((name): BenchAtom => ({ name, source: padded }));
  return build("crowd", ["main"], [{ name: "waker", source: "waker.wat" }, ...crowd]);
}

/** `optimize`: as for a deployment; without it as `radon dev` builds. */
export async function build(
  app: string,
  runtimes: readonly string[],
  atoms: readonly BenchAtom[],
  optimize = false,
): Promise<Workers> {
  const file = writeFormula(path.join(BENCH_FOLDER, app), app, runtimes, atoms);
  const { formula, problems } = loadFormula(file, { environment: {} });
  if (formula === undefined) throw new Error(`The formula of the bench is wrong: ${sentences(problems)}`);
  const folders = foldersOf(formula.home, formula.app, "build", {});
  const built = await buildFormula(formula, {
    folders,
    development: true,
    situation: "one process",
    bundle: true,
    optimize,
  });
  if (!built.ok) throw new Error(`The atoms of the bench do not compile: ${sentences(built.problems)}`);
  return workersOf(formula, built.runtimes, undefined);
}

function sentences(problems: readonly { readonly message: string }[]): string {
  return problems.map(({ message }) => message).join("; ");
}
