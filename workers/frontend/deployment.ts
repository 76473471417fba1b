/** What a runtime was built as, for tools that compare it with a formula: nothing is asked of any object. */
import type * as z from "zod";
import type { Application, AtomEntry } from "../../durable/core/application.ts";
import { configurationText } from "../../durable/core/configuration.ts";
import { globalName } from "../../durable/core/names.ts";
import type { deploymentSchema } from "./answer-schemas.ts";
import { ownAtoms } from "./start-runtime.ts";

type Deployment = z.output<typeof deploymentSchema>;

export async function deploymentOf(application: Application): Promise<Deployment> {
  const { app, runtime, leader, version } = application;
  return { app, runtime, leader, version, atoms: await Promise.all(ownAtoms(application).map(deployedAtom)) };
}

async function deployedAtom(atom: AtomEntry): Promise<Deployment["atoms"][number]> {
  const { kind, durability, moduleHash } = atom;
  const configurationHash = await sha256(configurationText(atom));
  return { name: globalName(atom.runtime, atom.name), kind, durability, moduleHash, configurationHash };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
