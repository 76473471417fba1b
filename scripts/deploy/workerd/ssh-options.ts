/** Options for ssh from the environment, for what ~/.ssh/config does not say. */
import type { Environment } from "../../formula/environment.ts";

/** Words with spaces between; RADON_SSH="-F config -i key". */
export function sshOptions(environment: Environment): string[] {
  return (environment["RADON_SSH"] ?? "").split(/\s+/).filter((word) => word !== "");
}
