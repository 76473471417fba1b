/**
 * What a runtime on a machine is started from: a folder of files, each known by its content. Its version is a hash of them all,
 * so that the same release is the same folder, and nothing that is there is sent again.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import type { RuntimeBundle } from "../../formula/bundle.ts";
import { CLUSTER_STOP_S_MAX, servedCluster } from "./cluster.ts";
import { packageFile } from "../../package.ts";
import { writeNote, type VersionNote } from "../version-note.ts";
import { listensText } from "./remote-site.ts";
import type { Site } from "./site.ts";
import { workerdConfig } from "./workerd-config.ts";

const VERSION_LENGTH = 16;

export interface ReleaseFile {
  /** In the release. */
  readonly name: string;
  readonly hash: string;
  readonly size: number;
  readonly content: { readonly file: string } | { readonly bytes: Uint8Array };
}

export interface Release {
  readonly version: string;
  readonly files: readonly ReleaseFile[];
}

export interface ReleaseParts {
  readonly site: Site;
  readonly bundle: RuntimeBundle;
  readonly secrets: readonly string[];
  readonly note: VersionNote;
  /** The binary that runs there. */
  readonly workerd: string;
  /** Of the service, where there is one. */
  readonly unit?: string;
}

export async function releaseOf({ site, bundle, secrets, note, workerd, unit }: ReleaseParts): Promise<Release> {
  const files = await Promise.all([
    fromFile("workerd", workerd),
    fromFile("start", packageFile("scripts", "deploy", "workerd", "start.sh")),
    fromFile("run", packageFile("scripts", "deploy", "workerd", "supervise.sh")),
    ...[bundle.worker, ...bundle.wasm].map((file) => fromFile(path.basename(file), file)),
    ...site.shipped.map(({ name, file }) => fromFile(name, file)),
  ]);
  const texts = [
    fromText("config.capnp", configOf(site, bundle, secrets)),
    fromText("listens", listensText(site.listens)),
    fromText("about", writeNote(note)),
    ...settingTexts(site, bundle),
  ];
  if (unit !== undefined) texts.push(fromText("unit", unit));
  return releaseFrom([...files, ...texts]);
}

/** What start.sh and remote.sh are told beside the configuration: flags of workerd's, and how long it may take to end. */
function settingTexts({ cluster, machine }: Site, { loads }: RuntimeBundle): ReleaseFile[] {
  const member = cluster === undefined ? undefined : machine.peer;
  const flags = [...(loads || member ? ["--experimental"] : []), ...(member ? [`--cluster-addr=${member}`] : [])];
  return [
    ...(flags.length === 0 ? [] : [fromText("flags", flags.join(" "))]),
    ...(member === undefined ? [] : [fromText("stop-seconds", String(CLUSTER_STOP_S_MAX))]),
  ];
}

export function configOf(site: Site, bundle: RuntimeBundle, secrets: readonly string[]): string {
  const { address, tls, trusted } = site;
  const wasm = bundle.wasm.map((file) => path.basename(file));
  const cluster = site.cluster && servedCluster(site.cluster);
  const served = { worker: path.basename(bundle.worker), wasm, secrets, address, tls, trusted, cluster };
  return workerdConfig({ ...served, loads: bundle.loads ?? false });
}

function releaseFrom(files: readonly ReleaseFile[]): Release {
  const lines = files.map(({ name, hash }) => `${name} ${hash}\n`).toSorted();
  return { version: sha256(Buffer.from(lines.join(""))).slice(0, VERSION_LENGTH), files };
}

async function fromFile(name: string, file: string): Promise<ReleaseFile> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { name, hash: hash.digest("hex"), size, content: { file } };
}

function fromText(name: string, text: string): ReleaseFile {
  const bytes = Buffer.from(text);
  return { name, hash: sha256(bytes), size: bytes.length, content: { bytes } };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function bytesOf({ content }: ReleaseFile): Readable {
  return "bytes" in content ? Readable.from([content.bytes]) : createReadStream(content.file);
}
