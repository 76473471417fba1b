/** The keys of a runtime that runs on a machine of one's own, checked. */
import { isIP } from "node:net";
import type { Row } from "./check.ts";
import { checkCluster, peerAddress } from "./cluster.ts";
import type { MachineSpec } from "./formula.ts";
import type { Reporter } from "./reporter.ts";
import { MACHINE_KEYS } from "./machine-schema.ts";
import type { RuntimeShape } from "./schema.ts";
import type { TomlPath } from "./toml-places.ts";

export const PORT_DEFAULT = 8787;
export const FOLDER_DEFAULT = "radon";

/** A user, if any, and a name or an address; a name may be one of ~/.ssh/config. Nothing that ssh could take for an option. */
const HOST = /^([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9:][A-Za-z0-9:._-]*$/;
/** Words that mean the same to every shell, and no way up. */
const FOLDER = /^\/?[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

/** By the runtimes' order; none for one that is not on a machine, or does not say on which. */
export function checkMachines(rows: readonly Row<RuntimeShape>[], report: Reporter): MachineSpec[][] {
  const machines = rows.map((row) => machinesOf(row, report));
  const first = new Map<string, string>();
  for (const [index, { at, shape }] of rows.entries()) {
    for (const { host, port } of machines[index] ?? []) {
      const address = `${host}:${port}`;
      const other = first.get(address);
      first.set(address, other ?? shape.name);
      // Two of one name are told as that.
      if (other === undefined || other === shape.name) continue;
      const message = `"${other}" and "${shape.name}" listen on the same port ${port} of ${host}.`;
      report.error([...at, "port"], message, "Give each runtime of a machine a port of its own: port = 8788.");
    }
  }
  return machines;
}

function machinesOf({ at, shape }: Row<RuntimeShape>, report: Reporter): MachineSpec[] {
  if (shape.target !== "workerd") return [];
  checkTexts({ at, shape }, report);
  checkCluster({ at, shape }, report);
  const { host, cluster, port = PORT_DEFAULT, folder = FOLDER_DEFAULT, service = "systemd", tls } = shape;
  const common = { port, folder, service, tls };
  const listening = (address: string) => shape.listen ?? (tls === undefined ? address : "*");
  if (cluster !== undefined) {
    const members = Object.entries(cluster.members);
    return members.map(([name, peer]) => ({ ...common, host: name, listen: listening(peerAddress(peer)), peer }));
  }
  if (host !== undefined) return [{ ...common, host, listen: listening("127.0.0.1") }];
  for (const key of MACHINE_KEYS.filter((each) => shape[each] !== undefined))
    report.keyError([...at, key], `"${key}" says nothing without a host.`, 'Add host = "user@machine".');
  return [];
}

function checkTexts({ at, shape }: Row<RuntimeShape>, report: Reporter): void {
  const { host, listen, folder, cluster } = shape;
  if (host !== undefined) checkHost(host, [...at, "host"], report);
  for (const member of Object.keys(cluster?.members ?? {})) checkHost(member, [...at, "cluster", "members"], report);
  if (listen !== undefined && listen !== "*" && isIP(listen) === 0)
    report.error(
      [...at, "listen"],
      `"${listen}" is no address.`,
      'Write listen = "127.0.0.1", or "*" for all of the machine\'s.',
    );
  if (folder !== undefined && !FOLDER.test(folder))
    report.error(
      [...at, "folder"],
      `"${folder}" is no folder for radon.`,
      'Write folder = "/srv/radon", or "radon" for one in the user\'s home: letters, digits, . _ - and / between them.',
    );
}

function checkHost(host: string, at: TomlPath, report: Reporter): void {
  if (HOST.test(host)) return;
  report.error(at, `"${host}" is no machine.`, "Write user@machine, or a Host of ~/.ssh/config.");
}
