/** The secrets of each runtime that this deployment sends, made of the keys that there are, or of new ones. */
import type { Environment } from "../formula/environment.ts";
import type { Formula } from "../formula/formula.ts";
import { shownPath } from "../formula/problems.ts";
import { remotePairs } from "../formula/reach.ts";
import { heldKeys, keysForDeployment } from "./key-source.ts";
import { newKey } from "./peer-keys.ts";
import { peerSecrets, type RuntimeSecrets } from "./peer-secrets.ts";

type Application = Pick<Formula, "app" | "home" | "runtimes">;

export interface DeploymentKeysOptions {
  readonly environment: Environment;
  /** Keeps nothing: keys that are missing are made for this run. */
  readonly dryRun: boolean;
  /** Is told where new keys are kept. */
  readonly say: (line: string) => void;
}

export function secretsOfRuntimes(
  formula: Application,
  { environment, dryRun, say }: DeploymentKeysOptions,
): RuntimeSecrets {
  if (remotePairs(formula).length === 0) return new Map();
  if (dryRun) {
    const { keys } = heldKeys(formula, environment);
    return peerSecrets(formula, keys.length === 0 ? [newKey()] : keys);
  }
  const { keys, made, source } = keysForDeployment(formula, environment);
  if (made && source.kind === "file") {
    say(`made keys for the runtimes that no binding connects: ${shownPath(source.file)}`);
    say('keep that file, or deploy from elsewhere with RADON_KEYS set to what "radon keys --print" prints.');
  }
  return peerSecrets(formula, keys);
}
