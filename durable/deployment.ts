/** What a runtime was built as, for tools that compare it with a formula. */
import type { Application, AtomEntry, AtomKind, Durability } from "./core/application.ts";
import { configurationText } from "./core/configuration.ts";
import { globalName, type GlobalName, type RuntimeName } from "./core/names.ts";

export interface Deployment {
  readonly app: string;
  readonly runtime: RuntimeName;
  readonly leader: RuntimeName;
  readonly version: string;
  /** Those of this runtime. */
  readonly atoms: readonly DeployedAtom[];
}

export interface DeployedAtom {
  readonly name: GlobalName;
  readonly kind: AtomKind;
  readonly durability: Durability;
  /** The name that the formula gave its module. */
  readonly module: string;
  readonly moduleHash: string;
  /** SHA-256 of everything else that the formula says of it: equal ones mean an equal configuration. */
  readonly configurationHash: string;
}

export async function deploymentOf(application: Application): Promise<Deployment> {
  const { app, runtime, leader, version } = application;
  const own = application.atoms.filter((atom) => atom.runtime === runtime);
  return { app, runtime, leader, version, atoms: await Promise.all(own.map(deployedAtom)) };
}

export async function deployedAtom(atom: AtomEntry): Promise<DeployedAtom> {
  const { kind, durability, module, moduleHash } = atom;
  const configurationHash = await sha256(configurationText(atom));
  return { name: globalName(atom.runtime, atom.name), kind, durability, module, moduleHash, configurationHash };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
