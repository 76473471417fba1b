/** The bench itself: everything can be measured and yields a number that makes sense. How good it is, is not asked here. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { FigureResult } from "../bench/run-figures.ts";
import { hasTmpfs } from "../bench/stage.ts";
import { temporaryFolder } from "./radon-process.ts";

const folder = temporaryFolder();
const file = join(folder.path, "results.json");
const storage = hasTmpfs() ? "tmpfs" : "disk";

afterAll(() => folder.remove());

/** Runs a program of the bench; what it wrote. */
function results(program: string, args: readonly string[]): unknown {
  const main = join(import.meta.dirname, "../bench", program);
  const run = spawnSync(process.execPath, [main, ...args, "--storage", storage, "--json", file], { encoding: "utf8" });
  expect(run.status, run.stdout + run.stderr).toBe(0);
  return JSON.parse(readFileSync(file, "utf8"));
}

test("a quick run measures every figure", { timeout: 180_000 }, () => {
  const { figures } = results("main.ts", ["--quick"]) as { figures: FigureResult[] };
  expect(figures.length).toBeGreaterThan(10);
  for (const figure of figures) {
    if (!figure.ok) throw new Error(figure.error);
    expect(figure.median, figure.name).toBeGreaterThan(0);
    for (const { ratio } of figure.comparisons) expect(ratio.median, figure.name).toBeGreaterThan(0);
  }
});

test("a Savina benchmark runs as atoms and as objects", { timeout: 180_000 }, () => {
  const args = ["--only", "counting", "--rounds", "1", "--scale", "0.1"];
  const { benchmarks } = results("savina/main.ts", args) as { benchmarks: { rates: Record<string, number[]> }[] };
  for (const { rates } of benchmarks) {
    for (const contender of ["durable atoms", "volatile atoms", "durable objects", "volatile objects"])
      expect(rates[contender]?.[0], contender).toBeGreaterThan(0);
  }
});

test("languages compute the same, beside JavaScript in an object", { timeout: 240_000 }, () => {
  const args = ["--quick"];
  const { languages } = results("languages/main.ts", args) as { languages: LanguageJson[] };
  expect(languages.map(({ name }) => name)).toEqual(["assemblyscript", "c", "cpp", "rust", "wat", "zig"]);
  for (const { name, kind } of languages) expect(["built", "skipped"], name).toContain(kind);
  const figures = languages.flatMap((language) => language.figures ?? []);
  expect(figures.length).toBeGreaterThanOrEqual(8);
  for (const figure of figures) {
    if (!figure.ok) throw new Error(figure.error);
    expect(figure.comparisons[0]?.ratio.median, figure.name).toBeGreaterThan(0);
  }
});

/** A language whose compiler is missing has no figures. */
interface LanguageJson {
  readonly name: string;
  readonly kind: string;
  readonly figures?: FigureResult[];
}
