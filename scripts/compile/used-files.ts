/**
 * What a compiler has read beside the inputs that are found without it: headers and libraries of the system, packages. They are known once it
 * has run. So the key of the inputs leads to a list of them, and what they hold now makes the key of the module.
 *
 * Invariants
 * 1. A file of the list is known by its content. Its stamp (size and times) only spares reading it again: standard libraries are large. A folder
 *    is known by its stamp.
 * 2. What changed after the build began was perhaps read before that: then there is no key.
 */
import { readFileSync, statSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { sha256 } from "./file-hashes.ts";
import { writeWhole } from "./whole-file.ts";

const listSchema = z.array(z.object({ file: z.string(), stamp: z.string(), hash: z.string() }));
type List = z.output<typeof listSchema>;

/** How far the clock of files may be behind: a tick of the system's. */
export const FILE_CLOCK_MS = 20;

/** Where the lists are, and what file names in them are relative to. */
export interface UsedFilesAt {
  readonly cacheFolder: string;
  readonly root: string;
}

/** The key of the module whose inputs have this one, by what is on the machine now; a module that used nothing else has the same. */
export async function keyWithUsed(key: string, at: UsedFilesAt): Promise<string> {
  const text = await readFile(listFile(key, at), "utf8").catch(() => undefined);
  if (text === undefined) return key;
  const list = listSchema.safeParse(jsonOf(text)).data ?? [];
  const now = list.map((each) => refreshed(each, at.root));
  if (now.some(({ stamp }, index) => stamp !== list[index]?.stamp)) await write(key, now, at);
  return together(key, now);
}

/** Notes what was used besides the inputs. The key of the module, or undefined if something of it changed after `since`. */
export async function noteUsed(
  key: string,
  files: readonly string[],
  since: number,
  at: UsedFilesAt,
): Promise<string | undefined> {
  if (files.length === 0) return key;
  const list = files.map((file) => refreshed({ file: nameOf(file, at.root), stamp: "", hash: "" }, at.root));
  if (files.some((file) => changedAt(file) >= since - FILE_CLOCK_MS)) return undefined;
  await write(key, list, at);
  return together(key, list);
}

function refreshed(known: List[number], root: string): List[number] {
  const file = path.resolve(root, known.file);
  const stamp = stampOf(file);
  if (stamp === known.stamp) return known;
  return { file: known.file, stamp, hash: statSync(file, OR_NONE)?.isFile() ? sha256(readFileSync(file)) : stamp };
}
const OR_NONE = { throwIfNoEntry: false } as const;

const GONE = "gone";

/** The time of change as well: packages come with times of their own. */
function stampOf(file: string): string {
  const stat = statSync(file, OR_NONE);
  return stat === undefined ? GONE : [stat.size, stat.mtimeMs, stat.ctimeMs].join(" ");
}

function changedAt(file: string): number {
  return statSync(file, OR_NONE)?.ctimeMs ?? Infinity;
}

function together(key: string, list: List): string {
  return sha256(JSON.stringify([key, ...list.map(({ file, hash }) => [file, hash])]));
}

/** The system's files are in the same place for all folders that share a cache; what is nearer goes with the folder. */
function nameOf(file: string, root: string): string {
  const isNear = file.split(path.sep)[1] === root.split(path.sep)[1];
  return isNear ? path.relative(root, file) : file;
}

async function write(key: string, list: List, at: UsedFilesAt): Promise<void> {
  await mkdir(at.cacheFolder, { recursive: true });
  await writeWhole(listFile(key, at), JSON.stringify(list));
}

function listFile(key: string, { cacheFolder }: UsedFilesAt): string {
  return path.join(cacheFolder, `${key}.json`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
