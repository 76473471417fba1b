/** Before workerd is replaced, those who wait for an atom's answer get a 503 from it: its end would cut their connections. */
import type { Formula } from "../formula/formula.ts";
import { askRuntime } from "./ask-runtime.ts";

/** A runtime that is too busy to answer is replaced all the same. */
const RELEASE_MS_MAX = 1_500;

export async function releaseRuntimes(url: string, formula: Formula, token: string | undefined): Promise<void> {
  const calls = formula.runtimes.map(({ name }) =>
    askRuntime({ url, runtime: name, path: "/_radon/release", token, limitMs: RELEASE_MS_MAX }),
  );
  await Promise.allSettled(calls);
}
