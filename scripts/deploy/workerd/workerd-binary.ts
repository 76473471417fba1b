/**
 * The workerd that runs on a machine: the one of the package for its system, of the version that was tested here; or, for all
 * machines, the one that RADON_WORKERD names.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Environment } from "../../formula/environment.ts";
import { versionIn } from "../../package.ts";

/** By what `uname -sm` says. */
const PACKAGES: Readonly<Record<string, string>> = {
  "Linux x86_64": "@cloudflare/workerd-linux-64",
  "Linux aarch64": "@cloudflare/workerd-linux-arm64",
};

export type WorkerdBinary =
  { readonly ok: true; readonly file: string } | { readonly ok: false; readonly reason: string };

const WORKERD_VARIABLE = "RADON_WORKERD";

/** The one that is to be used instead; an empty variable names none. */
export function namedWorkerd(environment: Environment): string | undefined {
  const named = environment[WORKERD_VARIABLE];
  return named === undefined || named === "" ? undefined : path.resolve(named);
}

export function workerdFor(platform: string, environment: Environment): WorkerdBinary {
  const named = namedWorkerd(environment);
  if (named !== undefined) {
    const reason = `There is no ${named}, which ${WORKERD_VARIABLE} names.`;
    return existsSync(named) ? { ok: true, file: named } : { ok: false, reason };
  }
  const name = PACKAGES[platform];
  if (name === undefined)
    return { ok: false, reason: `It runs ${platform}; workerd is there for ${Object.keys(PACKAGES).join(" and ")}.` };
  const workerd = workerdPackage();
  const file = binaryOf(workerd, name);
  if (file !== undefined) return { ok: true, file };
  const wanted = `${name}@${versionIn(workerd)}`;
  const reason = `It runs ${platform}, and the workerd for that is not installed here: npm install --no-save --force ${wanted}`;
  return { ok: false, reason };
}

/** The one that runs on this machine. */
export function ownWorkerd(): string {
  const { default: workerd }: { default: string } = createRequire(workerdPackage())("workerd");
  return workerd;
}

/** The day of the workerd that comes with this package, as its own `--version` has it. */
export function ownWorkerdDay(): string {
  return (/\d\.(\d{4})(\d{2})(\d{2})/.exec(versionIn(workerdPackage())) ?? []).slice(1).join("-");
}

/** Its package.json. The package comes with miniflare, so it is looked for from there. */
function workerdPackage(): string {
  const fromMiniflare = createRequire(createRequire(import.meta.url).resolve("miniflare"));
  return fromMiniflare.resolve("workerd/package.json");
}

function binaryOf(workerd: string, name: string): string | undefined {
  const folders = createRequire(workerd).resolve.paths(name) ?? [];
  return folders.map((folder) => path.join(folder, name, "bin/workerd")).find((file) => existsSync(file));
}
