/**
 * What a runtime that is deployed is told to say of its version, for whoever puts it back later and has neither the sources nor
 * the formula of then: kept beside the version, where the target keeps such things.
 *
 * Invariants
 * 1. The runtimes of one version of the application have the same `application`, and no others do. It follows from their own
 *    versions, so whoever holds some of them can tell whether they are all (`applicationVersion`).
 * 2. It holds no secret.
 */
import { z } from "zod";
import type { Application } from "../../durable/core/application.ts";
import { deploymentOf, type Deployment } from "../../durable/core/deployment.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import { sha256 } from "../compile/file-hashes.ts";
import { deploymentSchema } from "./deployment-schema.ts";

/** As the versions of runtimes have: enough that two are never the same by chance. */
const HEX_DIGITS = 16;

export interface VersionNote {
  /** The version of the application that this runtime's version is a part of. */
  readonly application: string;
  /** Hashes are shortened: they are compared with those of other notes only. */
  readonly deployment: Deployment;
}

/** What is needed of a runtime to tell which version of the application it is a part of. */
export type RuntimeVersion = Pick<Deployment, "runtime" | "version">;

export function applicationVersion(runtimes: readonly RuntimeVersion[]): string {
  const lines = runtimes.map(({ runtime, version }) => `${runtime} ${version}\n`);
  return sha256(lines.sort().join("")).slice(0, HEX_DIGITS);
}

/** Of each runtime of a deployment. */
export async function versionNotes(
  applications: readonly Application[],
): Promise<ReadonlyMap<RuntimeName, VersionNote>> {
  const application = applicationVersion(applications);
  const deployments = await Promise.all(applications.map((each) => deploymentOf(each, sha256)));
  return new Map(deployments.map((each) => [each.runtime, { application, deployment: shortened(each) }]));
}

function shortened(deployment: Deployment): Deployment {
  const atoms = deployment.atoms.map((atom) => ({
    ...atom,
    moduleHash: atom.moduleHash.slice(0, HEX_DIGITS),
    configurationHash: atom.configurationHash.slice(0, HEX_DIGITS),
  }));
  return { ...deployment, atoms };
}

/** One line. */
export function writeNote(note: VersionNote): string {
  return JSON.stringify(note);
}

const noteSchema = z.object({ application: z.string(), deployment: deploymentSchema });

/** Undefined if it is none: what it stands beside was not deployed by a radon that writes notes. */
export function readNote(text: string): VersionNote | undefined {
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
