/** The keys of a runtime that runs on a machine of one's own, checked. */
import { isIP } from "node:net";
import type { Row } from "./check.ts";
import type { MachineSpec } from "./formula.ts";
import type { Reporter } from "./reporter.ts";
import { MACHINE_KEYS } from "./machine-schema.ts";
import type { RuntimeShape } from "./schema.ts";

export const PORT_DEFAULT = 8787;
export const FOLDER_DEFAULT = "radon";

/** A user, if any, and a name or an address; a name may be one of ~/.ssh/config. Nothing that ssh could take for an option. */
const HOST = /^([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9:][A-Za-z0-9:._-]*$/;
/** Words that mean the same to every shell, and no way up. */
const FOLDER = /^\/?[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

/** By the runtimes' order; undefined for one that is not on a machine, or does not say on which. */
export function checkMachines(rows: readonly Row<RuntimeShape>[], report: Reporter): (MachineSpec | undefined)[] {
  const machines = rows.map((row) => machineOf(row, report));
  const first = new Map<string, string>();
  for (const [index, machine] of machines.entries()) {
    const row = rows[index];
    if (machine === undefined || row === undefined) continue;
    const address = `${machine.host}:${machine.port}`;
    const other = first.get(address);
    if (other === undefined) first.set(address, row.shape.name);
    else {
      const message = `"${other}" and "${row.shape.name}" listen on the same port ${machine.port} of ${machine.host}.`;
      report.error([...row.at, "port"], message, "Give each runtime of a machine a port of its own: port = 8788.");
    }
  }
  return machines;
}

function machineOf({ at, shape }: Row<RuntimeShape>, report: Reporter): MachineSpec | undefined {
  if (shape.target !== "workerd") return undefined;
  const { host, port = PORT_DEFAULT, folder = FOLDER_DEFAULT, service = "systemd", tls } = shape;
  const listen = shape.listen ?? (tls === undefined ? "127.0.0.1" : "*");
  checkTexts({ at, shape }, report);
  if (host !== undefined) return { host, port, listen, folder, service, tls };
  for (const key of MACHINE_KEYS.filter((each) => shape[each] !== undefined))
    report.keyError([...at, key], `"${key}" says nothing without a host.`, 'Add host = "user@machine".');
  return undefined;
}

function checkTexts({ at, shape: { host, listen, folder } }: Row<RuntimeShape>, report: Reporter): void {
  if (host !== undefined && !HOST.test(host))
    report.error(
      [...at, "host"],
      `"${host}" is no machine.`,
      'Write host = "user@machine", or a Host of ~/.ssh/config.',
    );
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
