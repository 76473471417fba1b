/** Where the platform would end an event of a runtime before the runtime itself stops the atom that computes in it. */
import { settingsOn } from "./atom-settings.ts";
import type { Formula } from "./formula.ts";
import type { Problem } from "./problems.ts";

export function problemsOfLimits(formula: Pick<Formula, "runtimes" | "atoms">): Problem[] {
  return formula.runtimes.flatMap(({ name, limits, at }) => {
    const limit_ms = limits?.cpu_ms;
    if (limit_ms === undefined || at === undefined) return [];
    const own = formula.atoms.filter(({ runtimes }) => runtimes.includes(name));
    const longer = own.find((atom) => settingsOn(atom, name).cpuMs > limit_ms);
    if (longer === undefined) return [];
    const { cpuMs } = settingsOn(longer, name);
    const message = `Cloudflare ends an event of "${name}" after ${limit_ms} ms, and "${longer.name}" may take ${cpuMs}.`;
    const remedy = `Its turn is lost then without a word of why: write cpu_ms = ${limit_ms} or less in the atom, or raise the limit.`;
    return [{ severity: "warning", place: at, message, remedy }];
  });
}
