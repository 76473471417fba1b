/** One runtime on several machines: the objects' state is in a bucket, and each object runs on one machine at a time. */
import { isIP } from "node:net";
import type { Row } from "./check.ts";
import type { ClusterSpec } from "./formula.ts";
import type { Reporter } from "./reporter.ts";
import type { RuntimeShape } from "./schema.ts";

const BUCKET = /^s3:\/\/[a-z0-9][a-z0-9.-]+(\/[A-Za-z0-9._-]+)*$/;
const PEER = /^(.+):([1-9]\d{0,4})$/;

export function clusterOf({ target, cluster }: RuntimeShape): ClusterSpec | undefined {
  if (target !== "workerd" || cluster === undefined) return undefined;
  const { bucket, endpoint, region } = cluster;
  return { bucket, endpoint, region };
}

export function checkCluster({ at, shape }: Row<RuntimeShape>, report: Reporter): void {
  const { cluster, host } = shape;
  if (cluster === undefined) return;
  const where = [...at, "cluster"];
  if (host !== undefined)
    report.keyError(
      [...at, "host"],
      '"host" says nothing beside a cluster.',
      "Its machines are the members: remove it.",
    );
  if (!BUCKET.test(cluster.bucket))
    report.error([...where, "bucket"], `"${cluster.bucket}" is no bucket.`, 'Write bucket = "s3://bucket/edge".');
  if (cluster.endpoint !== undefined && !URL.canParse(cluster.endpoint))
    report.error([...where, "endpoint"], `"${cluster.endpoint}" is no web address.`, "Write it with https and a host.");
  if (Object.keys(cluster.members).length === 0)
    report.error(
      [...where, "members"],
      "The cluster has no members.",
      'Write members = { "user@machine" = "10.0.0.1:7000" }.',
    );
  for (const [member, peer] of Object.entries(cluster.members)) {
    if (isPeer(peer)) continue;
    const message = `"${peer}" is no address and port of the machine.`;
    const remedy = `Write its address on the private network that the machines share: "${member}" = "10.0.0.1:7000".`;
    report.error([...where, "members", member], message, remedy);
  }
}

/** The address in `10.0.0.1:7000` or `[fd00::1]:7000`. */
export function peerAddress(peer: string): string {
  return (PEER.exec(peer)?.[1] ?? "").replace(/^\[(.*)\]$/, "$1");
}

function isPeer(peer: string): boolean {
  const address = peerAddress(peer);
  const isBracketed = peer.startsWith("[");
  return isBracketed ? isIP(address) === 6 : isIP(address) === 4;
}
