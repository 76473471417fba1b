/** Which keys of a runtime mean something to its target: one that does not is a mistake rather than a silent wish. */
import type { Row } from "./check.ts";
import { MACHINE_KEYS } from "./machine-schema.ts";
import type { Reporter } from "./reporter.ts";
import type { RuntimeShape } from "./schema.ts";

type Target = RuntimeShape["target"];

/** The keys that only one target knows; every other one is for all of them. */
const KEYS_OF_ONE: ReadonlyMap<keyof RuntimeShape, Target> = new Map<keyof RuntimeShape, Target>([
  ...MACHINE_KEYS.map((key) => [key, "workerd"] as const),
  ["place", "cloudflare"],
  ["limits", "cloudflare"],
  ["observability", "cloudflare"],
]);

export function checkTargetKeys({ at, shape }: Row<RuntimeShape>, report: Reporter): void {
  for (const [key, target] of KEYS_OF_ONE) {
    if (shape[key] === undefined || shape.target === target) continue;
    report.error(
      [...at, key],
      `"${key}" says nothing for a runtime with target = "${shape.target}".`,
      `Remove it, or write target = "${target}".`,
    );
  }
}
