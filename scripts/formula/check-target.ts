/** Which keys of a runtime mean something to its target: one that does not is a mistake rather than a silent wish. */
import type { Row } from "./check.ts";
import { MACHINE_KEYS } from "./machine-schema.ts";
import type { Reporter } from "./reporter.ts";
import type { RuntimeShape } from "./schema.ts";

type Target = RuntimeShape["target"];

/** The keys that only one target knows; every other one is for all of them. */
const KEYS_OF_ONE: ReadonlyMap<keyof RuntimeShape, Target> = new Map<keyof RuntimeShape, Target>([
  ...MACHINE_KEYS.map((key) => [key, "workerd"] as const),
  ["custom_domain", "cloudflare"],
  ["place", "cloudflare"],
  ["limits", "cloudflare"],
  ["observability", "cloudflare"],
]);

export function checkTargetKeys({ at, shape }: Row<RuntimeShape>, report: Reporter): void {
  checkDomain({ at, shape }, report);
  // A target that there is not is told already, and which keys it would take is not known.
  if (report.isWrong([...at, "target"])) return;
  for (const [key, target] of KEYS_OF_ONE) {
    if (shape[key] === undefined || shape.target === target) continue;
    report.error(
      [...at, key],
      `"${key}" says nothing for a runtime with target = "${shape.target}".`,
      `Remove it, or write target = "${target}".`,
    );
  }
}

/** A domain is a host name with nothing before or behind it. */
function checkDomain({ at, shape }: Row<RuntimeShape>, report: Reporter): void {
  if (shape.custom_domain !== true || report.isWrong([...at, "url"])) return;
  if (shape.url !== undefined && /^https:\/\/[^:/]+\/?$/i.test(shape.url)) return;
  report.error(
    [...at, "custom_domain"],
    "A custom domain needs a url with https and a host alone.",
    'Write url = "https://edge.example.com" beside it.',
  );
}
