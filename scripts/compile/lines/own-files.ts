/** Which files are the formula's, and what they are called: a trap tells lines of these only, and no folder of the machine. */
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { packageFile } from "../../package.ts";
import type { Source } from "../source.ts";

/** A file's name relative to the formula's folder, or undefined for those that are not of the formula. */
export type OwnFile = (file: string) => string | undefined;

/** Below the source's folder everything is its own, below the formula's all but the SDKs; dependencies are nowhere. */
export function ownFiles(source: Source, root: string): OwnFile {
  const folders = [...new Set([...foldersOf(source), root])].flatMap(aliases);
  const sdk = aliases(packageFile("atoms", "sdk"));
  return (said) => {
    const file = absolute(said, source, root);
    if (file === undefined) return undefined;
    const found = folders.find(
      ({ alias, folder }) => isOwn(within(alias, file)) && (folder !== root || !isBelow(sdk, file)),
    );
    if (found === undefined) return undefined;
    const name = path.relative(root, path.join(found.folder, path.relative(found.alias, file)));
    return path.isAbsolute(name) ? path.basename(name) : name.replaceAll(path.sep, "/");
  };
}

/**
 * A relative path was somebody else's, who built a library; but for those of Rust, which are as seen from the formula's folder (`rust-flags.ts`), if
 * they are there.
 */
function absolute(file: string, { kind }: Source, root: string): string | undefined {
  if (path.isAbsolute(file)) return file;
  const at = path.resolve(root, file);
  return kind === "rust" && existsSync(at) ? at : undefined;
}

function foldersOf(source: Source): string[] {
  if (source.kind === "c") return [...new Set(source.files.map((file) => path.dirname(file)))];
  if (source.kind === "command") return [source.folder];
  return [path.dirname(source.entry)];
}

interface Alias {
  readonly folder: string;
  /** What compilers may call it, which ask the system where they are. */
  readonly alias: string;
}

function aliases(folder: string): Alias[] {
  const real = existsSync(folder) ? realpathSync(folder) : folder;
  return [...new Set([folder, real])].map((alias) => ({ folder, alias }));
}

function isBelow(aliasesOf: readonly Alias[], file: string): boolean {
  return aliasesOf.some(({ alias }) => within(alias, file) !== undefined);
}

/** The path from the folder to a file below it. */
function within(folder: string, file: string): string | undefined {
  const relative = path.relative(folder, file);
  return relative === "" || relative.startsWith("..") || path.isAbsolute(relative) ? undefined : relative;
}

/** Packages and what tools have put into hidden folders are somebody else's. */
function isOwn(relative: string | undefined): boolean {
  return (
    relative !== undefined && !relative.split(path.sep).some((part) => part === "node_modules" || part.startsWith("."))
  );
}
