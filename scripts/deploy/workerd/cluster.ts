/**
 * Several machines that are one runtime: workerd's cluster mode. The state of the objects is in a bucket; each object runs on one
 * machine at a time, and another one takes it over when that is gone.
 *
 * Invariants
 * 1. All members have the same configuration; what differs, their addresses, is in the flags that workerd is started with.
 * 2. The key and the bucket's credentials are secrets of workerd, and no bindings: atoms do not see them.
 */
import type { Environment } from "../../formula/environment.ts";
import type { ClusterSpec } from "../../formula/formula.ts";
import type { ServedCluster } from "./workerd-config.ts";

/** The first workerd whose cluster mode was tried. */
export const CLUSTER_SINCE = "2026-11-17";
/** workerd hands its objects over for up to eight seconds before it ends. */
export const CLUSTER_STOP_S_MAX = 12;
const KEY_LENGTH_MIN = 32;

/** By the variable of radon's environment, that of workerd's. */
const SECRETS = {
  RADON_CLUSTER_KEY: "RADON_CLUSTER_KEY",
  RADON_CLUSTER_ACCESS_KEY_ID: "AWS_ACCESS_KEY_ID",
  RADON_CLUSTER_SECRET_ACCESS_KEY: "AWS_SECRET_ACCESS_KEY",
} as const;

export function servedCluster(cluster: ClusterSpec): ServedCluster {
  const { bucket, timeDivisor } = cluster;
  return { bucket, options: bucketOptions(cluster), timeDivisor };
}

/** Settings of the bucket as workerd takes them; its credentials come from the environment. */
function bucketOptions({ endpoint, region }: ClusterSpec): string[] {
  const isOpen = endpoint?.startsWith("http:") === true;
  return [
    ...(endpoint === undefined ? [] : [`aws_endpoint=${endpoint}`]),
    ...(region === undefined ? [] : [`aws_region=${region}`]),
    ...(isOpen ? ["aws_allow_http=true"] : []),
  ];
}

/** Those that are there, by their names on the machine. */
export function clusterSecrets(environment: Environment): ReadonlyMap<string, string> {
  const given = Object.entries(SECRETS).flatMap(([from, to]) => {
    const value = environment[from];
    return value === undefined || value === "" ? [] : [[to, value] as const];
  });
  return new Map(given);
}

/** What is missing or wrong, as sentences. */
export function clusterSecretProblems(environment: Environment): string[] {
  const given = clusterSecrets(environment);
  const missing = Object.entries(SECRETS).flatMap(([from, to]) => (given.has(to) ? [] : [from]));
  const key = given.get(SECRETS.RADON_CLUSTER_KEY);
  return [
    ...(missing.length === 0 ? [] : [`Its machines need secrets of their own: set ${missing.join(", ")}.`]),
    ...(key === undefined || key.length >= KEY_LENGTH_MIN
      ? []
      : [`RADON_CLUSTER_KEY is shorter than ${KEY_LENGTH_MIN} characters: openssl rand -hex 32 makes a good one.`]),
  ];
}

/** `found` is what `workerd --version` says; undefined if its cluster mode is there. */
export function clusterLack(found: string): string | undefined {
  const date = /\d{4}-\d{2}-\d{2}/.exec(found)?.[0] ?? "";
  if (date >= CLUSTER_SINCE) return undefined;
  const since = `workerd can be a cluster since ${CLUSTER_SINCE}, and this one is of ${date === "" ? "an unknown day" : date}`;
  return `${since}. RADON_WORKERD=FILE sends another one: npm pack @cloudflare/workerd-linux-64 has it, as package/bin/workerd.`;
}
