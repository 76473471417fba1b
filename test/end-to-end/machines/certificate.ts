/** A certificate that only its own holder has signed, for tests of TLS. */
import { spawnSync } from "node:child_process";
import type { MachineSpec } from "../../../scripts/formula/formula.ts";

/** For localhost, as files of the folder; undefined where there is no openssl. */
export function makeCertificate(cwd: string): NonNullable<MachineSpec["tls"]> | undefined {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const out = ["-out", "certificate.pem", "-days", "2"];
  const made = spawnSync("openssl", ["req", "-x509", ...key, ...out, ...subject], { cwd });
  return made.status === 0 ? { certificate: "certificate.pem", key: "key.pem" } : undefined;
}
