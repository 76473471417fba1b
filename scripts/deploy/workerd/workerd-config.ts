/**
 * The configuration with which a plain workerd, without Miniflare or an account, runs one runtime's Worker.
 *
 * Invariants
 * 1. It holds no secret: the values come from the environment of the process.
 * 2. It names files beside itself and folders below the working directory, so that a release may be anywhere; only
 *    certificates may be absolute paths.
 * 3. What the objects' state is filed under never changes: another key would be other objects.
 */
import { COMPATIBILITY_DATE, LOADER_BINDING } from "../../../durable/core/platform.ts";
import { KEYS_BINDING } from "../../../durable/signing/peer-secret.ts";
import { NETWORK_BINDING } from "../../../durable/signing/signed-call.ts";
import { OBJECT_CLASSES, OWN_BINDINGS } from "../../formula/worker-shape.ts";
import { capnpText, Embedded, type CapnpValue } from "./capnp-text.ts";

/** The constant that `workerd serve` is told to take. */
export const CONFIG_CONSTANT = "config";
/** Below the working directory. */
export const STATE_FOLDER = "state";
/** The network of signed requests to other runtimes. Atoms have workerd's default one, which leads to public addresses only. */
const PEERS = "peers";

/** The classes that a runtime's Worker exports, each with its binding and with what its objects are filed under. */
const CLASSES = [
  { className: OBJECT_CLASSES.atoms, binding: OWN_BINDINGS.atoms, uniqueKey: "atoms" },
  { className: OBJECT_CLASSES.naming, binding: OWN_BINDINGS.naming, uniqueKey: "naming" },
] as const;

/** Where `start.sh` puts the key of the cluster, as seen from `current/`: workerd goes by the names of folders, not by links. */
const CLUSTER_KEY_FILE = "../cluster-key";

/** The bucket that instances share, which have the rest of the configuration in common. */
export interface ServedCluster {
  readonly bucket: string;
  readonly options: readonly string[];
  /** Shortens the times that a takeover waits out, for tests. */
  readonly timeDivisor?: number | undefined;
}

export interface ServedWorker {
  /** The names of its files, beside the configuration: the bundled Worker, and its WebAssembly modules. */
  readonly worker: string;
  readonly wasm: readonly string[];
  /** The names of its secrets, as variables of the environment and as bindings alike. */
  readonly secrets: readonly string[];
  /** As in "127.0.0.1:8787" or "*:443". */
  readonly address: string;
  readonly tls?: TlsFiles | undefined;
  /** Certificates of peers, beside the configuration, that are trusted as those of the public authorities are. */
  readonly trusted?: readonly string[];
  /** True if it loads atoms: a feature of workerd's that it has to be told to allow (`--experimental`). */
  readonly loads?: boolean;
  readonly cluster?: ServedCluster | undefined;
}

/** PEM files: names beside the configuration, or absolute paths. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export function workerdConfig(served: ServedWorker): string {
  const config: CapnpValue = {
    services: [
      { name: "runtime", worker: workerOf(served) },
      { name: STATE_FOLDER, disk: { path: STATE_FOLDER, writable: true } },
      ...(hasPeers(served) ? [peerNetwork(served)] : []),
    ],
    sockets: [{ name: "http", address: served.address, service: "runtime", ...protocolOf(served.tls) }],
    ...clusterOf(served.cluster),
  };
  return [
    "# Written by radon from the application's formula.toml; changes to this file are lost.",
    'using Workerd = import "/workerd/workerd.capnp";',
    "",
    `const ${CONFIG_CONSTANT} :Workerd.Config = ${capnpText(config)};`,
    "",
  ].join("\n");
}

function peerNetwork({ trusted = [] }: ServedWorker): CapnpValue {
  const tlsOptions = { trustBrowserCas: true, trustedCertificates: trusted.map((name) => new Embedded(name)) };
  return { name: PEERS, network: { allow: ["public", "private"], tlsOptions } };
}

/** Who has keys for other runtimes sends them requests. */
function hasPeers({ secrets }: ServedWorker): boolean {
  return secrets.includes(KEYS_BINDING);
}

function workerOf(served: ServedWorker): CapnpValue {
  const { worker, wasm, secrets } = served;
  return {
    modules: [
      { name: worker, esModule: new Embedded(worker) },
      ...wasm.map((name) => ({ name, wasm: new Embedded(name) })),
    ],
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: [
      ...CLASSES.map(({ binding, className }) => ({ name: binding, durableObjectNamespace: className })),
      ...secrets.map((name) => ({ name, fromEnvironment: name })),
      ...(hasPeers(served) ? [{ name: NETWORK_BINDING, service: PEERS }] : []),
      ...(served.loads === true ? [{ name: LOADER_BINDING, workerLoader: {} }] : []),
    ],
    durableObjectNamespaces: CLASSES.map(({ className, uniqueKey }) => ({ className, uniqueKey, enableSql: true })),
    durableObjectStorage: { localDisk: STATE_FOLDER },
  };
}

function clusterOf(cluster: ServedCluster | undefined): Readonly<Record<string, CapnpValue>> {
  if (cluster === undefined) return {};
  const { bucket, options, timeDivisor } = cluster;
  const shortened = timeDivisor === undefined ? {} : { unsafeTimeDivisor: timeDivisor };
  return { cluster: { bucket, bucketOptions: options, key: new Embedded(CLUSTER_KEY_FILE), ...shortened } };
}

function protocolOf(tls: TlsFiles | undefined): Readonly<Record<string, CapnpValue>> {
  if (tls === undefined) return { http: {} };
  const keypair = { privateKey: new Embedded(tls.key), certificateChain: new Embedded(tls.certificate) };
  return { https: { options: {}, tlsOptions: { keypair } } };
}
