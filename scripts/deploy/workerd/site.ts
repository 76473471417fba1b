/**
 * Where one runtime of an application is on a machine: names and addresses, all of which follow from the formula.
 *
 * Invariant
 * 1. No two runtimes of a machine share a folder or a unit, whatever they are called: a dot is in no safe name.
 */
import path from "node:path";
import { safeName } from "../../formula/folders.ts";
import type { ClusterSpec, Formula, MachineSpec, RuntimeSpec } from "../../formula/formula.ts";
import type { TlsFiles } from "./workerd-config.ts";

/** Where a release answers on its machine. */
export interface Listening {
  readonly address: string;
  readonly tls: boolean;
}

export interface Site {
  readonly app: string;
  readonly runtime: RuntimeSpec["name"];
  readonly machine: MachineSpec;
  /** Below the machine's radon folder. */
  readonly path: string;
  readonly unit: string;
  /** What workerd listens on, and what reaches it from the machine itself. */
  readonly address: string;
  readonly listens: Listening;
  /** As the configuration names them. */
  readonly tls: TlsFiles | undefined;
  /** The certificates of peers that are here, by their names in the release: runtimes of one formula trust each other. */
  readonly trusted: readonly string[];
  /** Of a runtime on several machines; `machine.peer` is this one's address among them. */
  readonly cluster: ClusterSpec | undefined;
  /** Files that go with the release: certificates that are here. */
  readonly shipped: readonly { readonly name: string; readonly file: string }[];
  /** Files that have to be on the machine. */
  readonly expected: readonly string[];
}

/** The folder of what was sent, beside those of applications. */
const FILES = "files";

/** None for a runtime that names no machine, several for a cluster. */
export function sitesOf(formula: Formula, spec: RuntimeSpec): Site[] {
  return (spec.machines ?? []).map((machine) => siteOf(formula, spec, machine));
}

function siteOf(formula: Formula, { name, cluster }: RuntimeSpec, machine: MachineSpec): Site {
  const own = certificates(machine.tls, formula.folder);
  const peers = peerCertificates(formula, name);
  const [app, runtime] = [safeName(formula.app), safeName(name)];
  const { listen, port } = machine;
  return {
    app: formula.app,
    runtime: name,
    machine,
    path: `${app === FILES ? `${FILES}.app` : app}/${runtime}`,
    unit: `radon-${app}.${runtime}.service`,
    address: `${inBrackets(listen)}:${port}`,
    listens: { address: `${inBrackets(reachedBy(listen))}:${port}`, tls: own.tls !== undefined },
    ...own,
    trusted: peers.map((peer) => peer.name),
    cluster,
    shipped: [...own.shipped, ...peers],
  };
}

function inBrackets(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** An address that means all of them is reached by the loopback one. */
function reachedBy(listen: string): string {
  if (listen === "*" || listen === "0.0.0.0") return "127.0.0.1";
  return listen === "::" ? "::1" : listen;
}

function certificates(tls: MachineSpec["tls"], folder: string): Pick<Site, "tls" | "shipped" | "expected"> {
  if (tls === undefined) return { tls, shipped: [], expected: [] };
  const files = [
    { name: "tls-certificate.pem", file: tls.certificate },
    { name: "tls-key.pem", file: tls.key },
  ] as const;
  const [certificate, key] = files.map(({ name, file }) => (path.isAbsolute(file) ? file : name));
  return {
    tls: { certificate: certificate ?? "", key: key ?? "" },
    shipped: files.flatMap(({ name, file }) =>
      path.isAbsolute(file) ? [] : [{ name, file: path.resolve(folder, file) }],
    ),
    expected: files.map(({ file }) => file).filter((file) => path.isAbsolute(file)),
  };
}

function peerCertificates({ runtimes, folder }: Formula, own: RuntimeSpec["name"]): Site["shipped"] {
  return runtimes.flatMap(({ name, machines }) => {
    const certificate = machines?.[0]?.tls?.certificate;
    if (name === own || certificate === undefined || path.isAbsolute(certificate)) return [];
    return [{ name: `peer-${safeName(name)}.pem`, file: path.resolve(folder, certificate) }];
  });
}
