/** Has the workerd of this machine read the configuration that another one is to run, without running it. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Environment } from "../../formula/environment.ts";
import type { RuntimeBundle } from "../../formula/bundle.ts";
import type { StepEnd } from "../target.ts";
import { configOf } from "./release.ts";
import type { Site } from "./site.ts";
import { lastLines } from "./ssh-trouble.ts";
import { namedWorkerd, ownWorkerd } from "./workerd-binary.ts";
import { CONFIG_CONSTANT } from "./workerd-config.ts";

const CHECK_S_MAX = 30;

/** Writes it beside the bundle, where whoever wants to can read it. Certificates and keys are not read: they may be elsewhere. */
export async function rehearseConfig(
  site: Site,
  bundle: RuntimeBundle,
  secrets: readonly string[],
  environment: Environment,
): Promise<StepEnd> {
  const file = path.join(bundle.folder, "config.capnp");
  writeFileSync(file, configOf({ ...site, tls: undefined, trusted: [], cluster: undefined }, bundle, secrets));
  const said = await complaintOf(file, environment);
  if (said === undefined) return { ok: true, note: file };
  return { ok: false, reason: `workerd does not take ${file}: ${lastLines(said)}` };
}

/** Undefined if there is none. */
function complaintOf(file: string, environment: Environment): Promise<string | undefined> {
  const workerd = namedWorkerd(environment) ?? ownWorkerd();
  return new Promise((resolve) => {
    const child = spawn(workerd, ["compile", "--config-only", file, CONFIG_CONSTANT], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: CHECK_S_MAX * 1000,
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, killedBy) => {
      if (killedBy !== null) said += `it was ended by ${killedBy}; a check takes ${CHECK_S_MAX} s at most`;
      resolve(code === 0 ? undefined : said);
    });
  });
}
