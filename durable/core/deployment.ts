/**
 * What a runtime was built as, or is to be built as: what a formula is compared with. The shells bring the hash function, the one
 * of their platform; all of them hash with SHA-256, in hex.
 */
import type { Application, AtomEntry, AtomKind, Durability } from "./application.ts";
import { configurationText } from "./configuration.ts";
import { globalName, type GlobalName, type RuntimeName } from "./names.ts";

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
  /** The hash of everything else that the formula says of it: equal ones mean an equal configuration. */
  readonly configurationHash: string;
}

type Hash = (text: string) => string | Promise<string>;

export async function deploymentOf(application: Application, hash: Hash): Promise<Deployment> {
  const { app, runtime, leader, version } = application;
  const own = application.atoms.filter((atom) => atom.runtime === runtime);
  return { app, runtime, leader, version, atoms: await Promise.all(own.map((atom) => deployedAtom(atom, hash))) };
}

async function deployedAtom(atom: AtomEntry, hash: Hash): Promise<DeployedAtom> {
  const { kind, durability, module, moduleHash } = atom;
  const configurationHash = await hash(configurationText(atom));
  return { name: globalName(atom.runtime, atom.name), kind, durability, module, moduleHash, configurationHash };
}
