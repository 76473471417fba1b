/** The bench itself: each figure can be measured and yields a number that makes sense. How good it is, is not asked here. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FigureResult } from "../bench/run-figures.ts";
import { hasTmpfs } from "../bench/stage.ts";
import { temporaryFolder } from "./radon-process.ts";

const main = join(import.meta.dirname, "../bench/main.ts");

test("a quick run measures every figure", { timeout: 120_000 }, () => {
  const folder = temporaryFolder();
  const file = join(folder.path, "results.json");
  const storage = hasTmpfs() ? "tmpfs" : "disk";
  try {
    const run = spawnSync(process.execPath, [main, "--quick", "--storage", storage, "--json", file], {
      encoding: "utf8",
    });
    expect(run.stdout).toContain("one-way");
    const { figures } = JSON.parse(readFileSync(file, "utf8")) as { figures: FigureResult[] };
    expect(figures.filter(({ ok }) => !ok)).toEqual([]);
    for (const figure of figures) if (figure.ok) expect(figure.median, figure.name).toBeGreaterThan(0);
    expect(run.status).toBe(0);
  } finally {
    folder.remove();
  }
});
