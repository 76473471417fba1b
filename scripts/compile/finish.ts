/** What is done to a module once it is compiled: its lines are taken out of it, it is optimized, and given its limits and its lines. */
import type { Compiled, Job } from "./compiler.ts";
import { ownFiles } from "./lines/own-files.ts";
import { traced } from "./lines/traced.ts";
import { atTraps } from "./lines/trapping-code.ts";
import { withLines } from "./lines/write-lines.ts";
import { meterModule } from "./metering/meter.ts";
import { indexModule } from "./metering/module-index.ts";
import { moved } from "./metering/moved-code.ts";
import { optimized } from "./optimize.ts";
import type { Source } from "./source.ts";
import { isValidWasm } from "./wasm-module.ts";

export interface Finish {
  readonly metered: boolean;
  readonly optimized: boolean;
}

/** All but the limits. */
export async function unlimited(
  compiled: Compiled,
  source: Source,
  finish: Pick<Finish, "optimized">,
  job: Job,
): Promise<Compiled> {
  const described = traced(compiled, ownFiles(source, job.root));
  return finish.optimized ? optimized(described, job) : described;
}

/** With its limits built in, and with its lines. What is no valid module is left as it is: the checks that follow say why it is none. */
export function limited(compiled: Compiled, metered: boolean): Compiled {
  if (!compiled.ok || !isValidWasm(compiled.wasm)) return compiled;
  const result = meterModule(compiled.wasm, metered);
  if (!result.ok) return { ok: false, diagnostics: result.message };
  const lines = atTraps(compiled.lines ?? [], indexModule(compiled.wasm));
  return { ...compiled, wasm: withLines(result.wasm, result.moved ? moved(lines, result.moved) : lines) };
}
