/** What a module is made from, told by the file or folder that the formula names. */
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { didYouMean } from "../../durable/core/suggest.ts";
import { folderSource } from "./source-folder.ts";

export type Source =
  | { readonly kind: "assemblyscript"; readonly entry: string; readonly folder: string | undefined }
  | { readonly kind: "wat"; readonly entry: string }
  | { readonly kind: "wasm"; readonly entry: string }
  | {
      readonly kind: "c";
      readonly entry: string;
      readonly files: readonly string[];
      readonly folder: string | undefined;
    }
  | { readonly kind: "rust"; readonly entry: string; readonly folder: string }
  /** The entry is a build.zig, or the root of the program. */
  | { readonly kind: "zig"; readonly entry: string; readonly folder: string | undefined }
  /** A command of the user's makes the module; the entry is the folder. */
  | ({ readonly kind: "command"; readonly entry: string; readonly folder: string } & BuildCommand);

export interface BuildCommand {
  /** For the system's shell. */
  readonly command: string;
  /** Where the command leaves the module, as seen from the folder; undefined if it goes by RADON_OUT. */
  readonly output: string | undefined;
  /** Patterns of files in the folder that the module does not depend on. */
  readonly ignore: readonly string[];
}

export interface SourceMistake {
  readonly message: string;
  readonly remedy: string;
}

export const LANGUAGES: Readonly<Record<Source["kind"], string>> = {
  assemblyscript: "AssemblyScript",
  wat: "WebAssembly text",
  wasm: "WebAssembly",
  c: "C",
  rust: "Rust",
  zig: "Zig",
  command: "by a command",
};

/** The language as it is shown. */
export function languageOf(source: Source): string {
  return source.kind === "c" && source.files.some(isCpp) ? "C++" : LANGUAGES[source.kind];
}

export const LOOKED_FOR =
  'A source is a .ts, .c, .cpp, .zig, .wat or .wasm file, or a folder with asconfig.json, Cargo.toml, build.zig, or such files; anything else needs build = "COMMAND".';

const FORMULA_FOLDER = "the folder of the formula";

/** The source at an absolute path, or what is wrong with it. `base` is what the path was relative to, in words. */
export function detectSource(at: string, base = FORMULA_FOLDER): Source | SourceMistake {
  if (!existsSync(at)) return missing(at, base);
  return statSync(at).isDirectory() ? folderSource(at) : fileSource(at);
}

/** The source that a command makes the module from. */
export function commandSource(at: string, build: BuildCommand): Source | SourceMistake {
  if (!existsSync(at)) return missing(at, FORMULA_FOLDER);
  if (statSync(at).isDirectory()) return { kind: "command", entry: at, folder: at, ...build };
  return {
    message: `${at} is a file, and a build command runs in a folder.`,
    remedy: "Name the folder as the source: the module depends on what is in it.",
  };
}

export function isSource(found: Source | SourceMistake): found is Source {
  return "kind" in found;
}

function missing(at: string, base: string): SourceMistake {
  const folder = path.dirname(at);
  const siblings = existsSync(folder) ? readdirSync(folder) : [];
  const remedy = `${didYouMean(path.basename(at), siblings).trim()} A path is relative to ${base}.`;
  return { message: `There is no ${at}.`, remedy: remedy.trim() };
}

/** The files that stand for the project in whose folder they are. */
const PROJECT_FILES: readonly string[] = ["asconfig.json", "Cargo.toml", "build.zig"];

function fileSource(file: string): Source | SourceMistake {
  if (PROJECT_FILES.includes(path.basename(file))) return folderSource(path.dirname(file));
  const kind = kindOfFile(file);
  if (kind === undefined) return { message: `${file} is in no language that radon knows.`, remedy: LOOKED_FOR };
  if (kind === "c") return { kind, entry: file, files: [file], folder: undefined };
  return kind === "wat" || kind === "wasm" ? { kind, entry: file } : { kind, entry: file, folder: undefined };
}

const KIND_OF_EXTENSION = {
  ".ts": "assemblyscript",
  ".c": "c",
  ".cc": "c",
  ".cpp": "c",
  ".cxx": "c",
  ".zig": "zig",
  ".wat": "wat",
  ".wasm": "wasm",
} as const;

export type FileKind = (typeof KIND_OF_EXTENSION)[keyof typeof KIND_OF_EXTENSION];

/** The language of a file, by its name. */
export function kindOfFile(file: string): FileKind | undefined {
  if (file.endsWith(".d.ts")) return undefined;
  const extension = path.extname(file).toLowerCase();
  return isKnown(extension) ? KIND_OF_EXTENSION[extension] : undefined;
}

function isKnown(extension: string): extension is keyof typeof KIND_OF_EXTENSION {
  return Object.hasOwn(KIND_OF_EXTENSION, extension);
}

/** True if the source needs a C++ compiler. */
export function isCpp(file: string): boolean {
  return path.extname(file).toLowerCase() !== ".c";
}
