/** Tells how a build goes: what compiles now, and how each module went. */
import type { ModuleResult } from "../compile/compile-modules.ts";
import { languageOf } from "../compile/source.ts";
import type { ModuleSpec } from "../formula/formula.ts";
import type { Console } from "./console.ts";

export interface BuildProgress {
  readonly onBegin: (modules: readonly ModuleSpec[]) => void;
  readonly onStart: (module: ModuleSpec) => void;
  readonly onEnd: (module: ModuleSpec, result: ModuleResult) => void;
}

/** `all` tells of the modules that are unchanged, too, and of the compilers. */
export function buildProgress(console: Console, all: boolean): BuildProgress {
  const running = new Set<string>();
  const told = new Set<string>();
  const tellOf = (toolchain: string): void => {
    if (toolchain !== "" && !told.has(toolchain)) console.say(`  using ${toolchain}`);
    told.add(toolchain);
  };
  const show = (): void => console.status(running.size === 0 ? "" : `compiling ${[...running].join(", ")} ...`);
  return {
    onBegin: ({ length }) => {
      if (all) console.say(`building ${length === 1 ? "1 module" : `${length} modules`} ...`);
    },
    onStart: (module) => {
      running.add(module.name);
      show();
    },
    onEnd: (module, result) => {
      running.delete(module.name);
      show();
      const unchanged = result.kind === "compiled" && result.cached;
      if (!all && unchanged) return;
      if (all && result.kind === "compiled") tellOf(result.toolchain);
      console.say(`  ${module.name}: ${outcome(module, result)}`);
    },
  };
}

function outcome(module: ModuleSpec, result: ModuleResult): string {
  const language = languageOf(module.source);
  if (result.kind === "no toolchain") return `no ${language} compiler`;
  if (result.kind === "refused") return `${language}, does not compile`;
  const time = result.cached ? "unchanged" : `${(result.took_ms / 1000).toFixed(1)} s`;
  return `${language}, ${sizeText(result.wasm.length)}, ${time}`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KB` : `${(kib / 1024).toFixed(1)} MB`;
}
