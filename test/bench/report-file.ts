/** What the commands of the bench tell beside their tables: the machine, and the file of results. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";

export function machine(): Record<string, unknown> {
  const [cpu] = cpus();
  return { cpu: cpu?.model ?? "unknown", cores: cpus().length, load: loadavg()[0], node: process.version };
}

export function writeJson(file: string, results: unknown): void {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  process.stderr.write(`written: ${path.relative(process.cwd(), path.resolve(file))}\n`);
}

/** Ratios stand a busy machine, times in ms and us do not. */
export function warnIfBusy(): void {
  const [load = 0] = loadavg();
  if (load <= cpus().length / 2) return;
  process.stderr.write(`The machine is busy (load ${load.toFixed(1)}): look at the ratios, not at ms and us.\n`);
}
