/**
 * `npm run bench:metering`: what the budget of computing time costs. The same computations are built with and without it and run
 * in turns; a figure is the ratio of their best times, because whatever else the machine does can only add to them.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { compileModules } from "../../../scripts/compile/compile-modules.ts";
import { detectSource, isSource } from "../../../scripts/compile/source.ts";
import { compileWasm } from "../../../scripts/compile/wasm-module.ts";
import { table } from "../../../scripts/terminal/table.ts";
import { spreadOf, type Spread } from "../ratio.ts";

const ROUNDS = 15;
/** The arguments make each run take some tens of milliseconds. */
const KERNELS = { fannkuch: 8, nbody: 200_000, fibonacci: 32, sieve: 3_000_000, words: 100_000 } as const;
type Kernel = keyof typeof KERNELS;
type Kernels = Readonly<Record<Kernel, (size: number) => number>>;

export interface MeteringFigure {
  readonly kernel: Kernel;
  readonly unmetered_ms: number;
  readonly metered_ms: number;
  readonly ratio: number;
  /** Of the rounds: how far they are to be trusted. */
  readonly rounds: Spread;
}

export interface MeteringReport {
  /** The size of the module with metering in terms of the size without. */
  readonly size: number;
  readonly figures: readonly MeteringFigure[];
}

/** `folder` is for what the compiler leaves behind. */
export async function measureMetering(folder: string, rounds = ROUNDS): Promise<MeteringReport> {
  const [metered, unmetered] = await Promise.all([build(folder, true), build(folder, false)]);
  const [with_, without] = await Promise.all([instantiate(metered), instantiate(unmetered)]);
  const figures = (Object.keys(KERNELS) as Kernel[]).map((kernel) => measure(kernel, with_, without, rounds));
  return { size: metered.length / unmetered.length, figures };
}

function measure(kernel: Kernel, with_: Kernels, without: Kernels, rounds: number): MeteringFigure {
  const size = KERNELS[kernel];
  const times: { metered: number; unmetered: number }[] = [];
  // The first round is for V8, which compiles what is run often anew.
  for (let round = 0; round <= rounds; round += 1) {
    const unmetered = timeOf(() => without[kernel](size));
    const metered = timeOf(() => with_[kernel](size));
    if (unmetered.result !== metered.result) throw new Error(`${kernel} computes something else when it is metered.`);
    if (round > 0) times.push({ metered: metered.ms, unmetered: unmetered.ms });
  }
  const metered_ms = Math.min(...times.map(({ metered }) => metered));
  const unmetered_ms = Math.min(...times.map(({ unmetered }) => unmetered));
  const spread = spreadOf(times.map(({ metered, unmetered }) => metered / unmetered));
  return { kernel, unmetered_ms, metered_ms, ratio: metered_ms / unmetered_ms, rounds: spread };
}

function timeOf(work: () => number): { readonly ms: number; readonly result: number } {
  const start = performance.now();
  const result = work();
  return { ms: performance.now() - start, result };
}

async function build(folder: string, metered: boolean): Promise<Uint8Array> {
  const source = detectSource(path.join(import.meta.dirname, "kernels"));
  if (!isSource(source)) throw new Error(source.message);
  const place = { kind: "file", file: "kernels", line: 1, column: 1 } as const;
  const options = { root: import.meta.dirname, cacheFolder: path.join(folder, "cache"), workFolder: folder };
  const [result] = await compileModules([{ name: "kernels", source, metered, place }], options);
  if (result?.kind !== "compiled") throw new Error(result?.kind === "refused" ? result.diagnostics : "No compiler.");
  return result.wasm;
}

/** The host as the engine is it, but for the time: here nothing is ever used up. */
async function instantiate(wasm: Uint8Array): Promise<Kernels> {
  const module = await compileWasm(wasm);
  if (typeof module === "string") throw new Error(module);
  const imports = {
    env: {
      abort: () => {
        throw new Error("abort");
      },
      seed: () => 1,
    },
    "radon:metering": { tick: () => (performance.now() > 0 ? 2_000_000 : -1), pause: () => -1, may_grow: () => 1 },
  };
  const { exports } = new WebAssembly.Instance(module, imports);
  (exports as unknown as { readonly _initialize: () => void })._initialize();
  return exports as unknown as Kernels;
}

function tableOf({ size, figures }: MeteringReport): string {
  const rows = figures.map(({ kernel, unmetered_ms, metered_ms, ratio, rounds }) => [
    kernel,
    unmetered_ms.toFixed(1),
    metered_ms.toFixed(1),
    ratio.toFixed(2),
    `${rounds.min.toFixed(2)}..${rounds.max.toFixed(2)}`,
  ]);
  return `${table(["kernel", "unmetered ms", "metered ms", "ratio", "min..max"], rows)}\nsize: ${size.toFixed(2)}`;
}

if (import.meta.main) {
  const folder = path.join(import.meta.dirname, "../../../.radon/bench");
  const work = path.join(folder, "metering");
  mkdirSync(work, { recursive: true });
  const report = await measureMetering(work);
  process.stdout.write(`${tableOf(report)}\n`);
  writeFileSync(path.join(folder, "metering.json"), `${JSON.stringify(report, null, 2)}\n`);
  rmSync(path.join(work, "cache"), { recursive: true, force: true });
}
