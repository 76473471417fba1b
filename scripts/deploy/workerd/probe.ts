/** What a machine says of itself before anything is changed there, and what of it would keep a runtime from running. */
import type { Environment } from "../../formula/environment.ts";
import { clusterLack, clusterSecretProblems } from "./cluster.ts";
import type { Site } from "./site.ts";
import { namedWorkerd, ownWorkerdDay, workerdFor } from "./workerd-binary.ts";

/** workerd, its compressed form, and a release beside the running one. */
const FREE_MIB_MIN = 512;

export interface Probe {
  /** The radon folder, as an absolute path. */
  readonly root: string;
  /** As `uname -sm` says it. */
  readonly platform: string;
  readonly user: string;
  readonly superuser: boolean;
  readonly systemd: boolean;
  readonly writable: boolean;
  readonly freeKib: number;
  /** Commands that are not there. */
  readonly lacks: readonly string[];
  /** True if the runtime was deployed there before. */
  readonly present: boolean;
  /** Files that should be there, and cannot be read. */
  readonly unreadable: readonly string[];
}

/** The values of each word of an answer. */
export function answerWords(text: string): (word: string) => readonly string[] {
  const lines = text
    .split("\n")
    .map((line) => [line.split(" ", 1)[0] ?? "", line.slice(line.indexOf(" ") + 1)] as const);
  return (word) => lines.flatMap(([each, value]) => (each === word ? [value.trim()] : []));
}

export function readProbe(text: string): Probe {
  const words = answerWords(text);
  const first = (word: string) => words(word)[0] ?? "";
  return {
    root: first("root"),
    platform: first("platform"),
    user: first("user"),
    superuser: first("superuser") === "yes",
    systemd: first("systemd") === "yes",
    writable: first("writable") === "yes",
    freeKib: Number(first("free_kib")),
    lacks: words("lacks"),
    present: words("site").length > 0,
    unreadable: words("unreadable"),
  };
}

function clusterProblems(environment: Environment): string[] {
  const lack = namedWorkerd(environment) === undefined ? clusterLack(ownWorkerdDay()) : undefined;
  return [...(lack === undefined ? [] : [lack]), ...clusterSecretProblems(environment)];
}

/** As sentences that go on after the name of the machine. */
export function hindrances(site: Site, probe: Probe, environment: Environment): string[] {
  const { service } = site.machine;
  const workerd = workerdFor(probe.platform, environment);
  const freeMib = Math.floor(probe.freeKib / 1024);
  return [
    ...(workerd.ok ? [] : [workerd.reason]),
    ...(site.cluster === undefined ? [] : clusterProblems(environment)),
    ...(probe.lacks.length === 0
      ? []
      : [`It lacks ${probe.lacks.join(" and ")}: install coreutils, findutils, util-linux and gzip.`]),
    ...(service === "systemd" && !probe.systemd
      ? ['It does not run systemd: service = "none" has radon\'s own supervisor keep the runtime running.']
      : []),
    ...(probe.writable
      ? []
      : [`${probe.user} may not write ${probe.root}: name another folder = "..." of the runtime.`]),
    ...(freeMib >= FREE_MIB_MIN
      ? []
      : [`${probe.root} has ${freeMib} MiB free; a release takes up to ${FREE_MIB_MIN}.`]),
    ...probe.unreadable.map((file) => `${probe.user} cannot read ${file}, which "tls" names.`),
  ];
}
