/**
 * What a module's start function may not do: it runs before the instance exists for the host, which then knows no memory and has
 * no message, and nothing can suspend it (docs/abi.md, section 6).
 */
import { METERING_MODULE } from "../../durable/engine/abi.ts";
import type { ModuleProblem } from "../../durable/engine/validate.ts";
import { ByteReader } from "./metering/binary.ts";
import { readBodies, type FunctionBody } from "./metering/function-body.ts";
import { indexModule, SECTION, type ModuleImport, type ModuleIndex } from "./metering/module-index.ts";

/** Host functions that need nothing of the instance; `abort` ends it in any case. */
const HARMLESS: readonly string[] = ["radon:core.now", "radon:core.monotonic", "env.abort", "env.seed"];

/** Whether a call is reached is known only once it runs, so this is a warning. Calls by a table are not followed. */
export function startProblems(wasm: Uint8Array): ModuleProblem[] {
  const module = indexModule(wasm);
  const start = module.sections.find(({ id }) => id === SECTION.start);
  if (start === undefined) return [];
  const first = new ByteReader(wasm, start.start).unsigned();
  const called = reachedImports(module, first).find((each) => !isHarmless(each));
  if (called === undefined) return [];
  const message = `It calls ${nameOf(called)}, which traps before the instance exists.`;
  const remedy = "Export it as _initialize instead; in AssemblyScript: --exportStart _initialize.";
  return [{ rule: "start", severity: "warning", where: "start function", message, remedy }];
}

function reachedImports(module: ModuleIndex, first: number): ModuleImport[] {
  const imported = module.importedFunctions.length;
  const bodies = readBodies(module);
  const reached = new Set([first]);
  // A set that grows while it is walked is walked to its end.
  for (const index of reached) for (const callee of calleesOf(bodies[index - imported])) reached.add(callee);
  return [...reached].flatMap((index) => module.importedFunctions[index] ?? []);
}

function calleesOf(body: FunctionBody | undefined): number[] {
  if (body === undefined) return [];
  const inSites = body.sites.flatMap((site) => {
    if (site.kind === "host") return [site.index];
    return site.kind === "loop" ? site.stretch.callees : [];
  });
  return [...body.entry.callees, ...inSites];
}

function isHarmless(each: ModuleImport): boolean {
  return each.module === METERING_MODULE || HARMLESS.includes(nameOf(each));
}

function nameOf({ module, name }: ModuleImport): string {
  return `${module}.${name}`;
}
