/** The shape of what a runtime on a machine of one's own says of it. The message of each schema is the remedy. */
import { z } from "zod";
import { oneOf, text, wholeNumber } from "./schema-values.ts";

/** What keeps a runtime running there. */
export const SERVICES = ["systemd", "none"] as const;
const PORT_MAX = 65_535;

const tlsRemedy = 'Write two paths: tls = { certificate = "/etc/ssl/edge.pem", key = "/etc/ssl/edge.key" }.';

export const tlsSchema = z.strictObject({ certificate: text(tlsRemedy), key: text(tlsRemedy) }, { error: tlsRemedy });

const clusterRemedy =
  'Write a table: cluster = { bucket = "s3://bucket/edge", members = { "user@machine" = "10.0.0.1:7000" } }.';

export const clusterSchema = z.strictObject(
  {
    bucket: text(clusterRemedy),
    endpoint: text('Write where the bucket is: endpoint = "https://s3.example.com".').optional(),
    region: text('Write the region of the bucket: region = "auto".').optional(),
    members: z.record(z.string(), z.string({ error: clusterRemedy }), { error: clusterRemedy }),
  },
  { error: clusterRemedy },
);

/** Keys of a [[runtime]]. */
export const machineKeys = {
  host: text('Write the machine as ssh knows it: host = "user@machine".').optional(),
  port: wholeNumber("the port that the runtime listens on", PORT_MAX).optional(),
  listen: text('Write an address of the machine: listen = "127.0.0.1", or "*" for all.').optional(),
  tls: tlsSchema.optional(),
  folder: text('Write a folder of the machine: folder = "/srv/radon".').optional(),
  service: oneOf(SERVICES).optional(),
  cluster: clusterSchema.optional(),
} as const;

export const MACHINE_KEYS = [
  "host",
  "port",
  "listen",
  "tls",
  "folder",
  "service",
  "cluster",
] as const satisfies readonly (keyof typeof machineKeys)[];
