/** Who runs a benchmark: durable and volatile atoms, durable and volatile objects written by hand, and Erlang's processes. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { BENCH_FOLDER } from "../applications.ts";
import type { BenchAtom } from "../formula-text.ts";
import { askReference, askText } from "../questions.ts";
import type { Stage } from "../stage.ts";
import type { Benchmark } from "./benchmarks.ts";

/** Each flavour of the atoms is a runtime of its own, so that the atoms of both have the same names. */
export const RUNTIMES = ["durable", "volatile"] as const;
export const CONTENDERS = ["durable atoms", "volatile atoms", "durable objects", "volatile objects", "Erlang"] as const;
export type Contender = (typeof CONTENDERS)[number];

interface Run {
  readonly messages: number;
  readonly us: number;
}

/** Bare objects take one message a round trip: a rate needs fewer of them. */
const OBJECT_EACH_MAX = 2_000;
const ERLANG_MS_MAX = 120_000;

export function atomsOf({ atoms }: Benchmark): BenchAtom[] {
  return [
    ...atoms.map((atom) => ({ ...atom, runtime: "durable", config: { ...atom.config, keep: "1" } })),
    ...atoms.map((atom) => ({ ...atom, runtime: "volatile", durability: "volatile" as const })),
  ];
}

/** Microseconds, and how many messages went in them. */
export async function run(contender: Contender, benchmark: Benchmark, each: number, stage: Stage): Promise<Run> {
  switch (contender) {
    case "durable atoms":
      return runAtoms("durable", benchmark, each, stage);
    case "volatile atoms":
      return runAtoms("volatile", benchmark, each, stage);
    case "durable objects":
      return runObjects("yes", benchmark, each, stage);
    case "volatile objects":
      return runObjects("no", benchmark, each, stage);
    case "Erlang":
      return runErlang(benchmark, each);
  }
}

async function runAtoms(runtime: string, benchmark: Benchmark, each: number, stage: Stage): Promise<Run> {
  const reply = await askText(stage, `${runtime}/${benchmark.master}`, String(each));
  return { messages: benchmark.messages(each), us: Number(reply) };
}

async function runObjects(durable: "yes" | "no", benchmark: Benchmark, asked: number, stage: Stage): Promise<Run> {
  const { name, actors, messages } = benchmark;
  const each = Math.min(asked, OBJECT_EACH_MAX);
  const { us = NaN } = await askReference(stage, `/${name}?actors=${actors}&each=${each}&durable=${durable}`);
  return { messages: messages(each), us };
}

/** Compiles the Erlang module; false where there is no Erlang. */
export function prepareErlang(): boolean {
  mkdirSync(BENCH_FOLDER, { recursive: true });
  const source = path.join(import.meta.dirname, "erlang/savina.erl");
  return spawnSync("erlc", ["-o", BENCH_FOLDER, source], { stdio: "inherit" }).status === 0;
}

function runErlang({ name, actors, messages }: Benchmark, each: number): Run {
  const run = ["-noshell", "-pa", BENCH_FOLDER, "-run", "savina", "main", name, String(actors), String(each)];
  const { stdout, stderr, status } = spawnSync("erl", run, { encoding: "utf8", timeout: ERLANG_MS_MAX });
  if (status !== 0) throw new Error(`erl failed at ${name}: ${stdout}${stderr}`);
  return { messages: messages(each), us: Number(stdout) };
}

export function perSecond({ messages, us }: Run): number {
  if (us > 0) return (messages * 1e6) / us;
  throw new Error(`${messages} messages took no time that could be measured: raise the scale.`);
}
