/** What a module is made from, told by the file or folder that the formula names. */
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { didYouMean } from "../../durable/core/suggest.ts";

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
  | { readonly kind: "rust"; readonly entry: string; readonly folder: string };

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
};

const LOOKED_FOR =
  "A source is a .ts, .wat, .c, .cpp or .wasm file, or a folder with index.ts (AssemblyScript), Cargo.toml (Rust), .c or .cpp files, or main.wat.";

/** The source at an absolute path, or what is wrong with it. */
export function detectSource(at: string): Source | SourceMistake {
  if (!existsSync(at)) return missing(at);
  return statSync(at).isDirectory() ? folderSource(at) : fileSource(at);
}

export function isSource(found: Source | SourceMistake): found is Source {
  return "kind" in found;
}

function missing(at: string): SourceMistake {
  const folder = path.dirname(at);
  const siblings = existsSync(folder) ? readdirSync(folder) : [];
  const remedy = `${didYouMean(path.basename(at), siblings).trim()} A path is relative to the folder of the formula.`;
  return { message: `There is no ${at}.`, remedy: remedy.trim() };
}

function fileSource(file: string): Source | SourceMistake {
  const extension = path.extname(file).toLowerCase();
  if (extension === ".ts") return { kind: "assemblyscript", entry: file, folder: undefined };
  if (extension === ".wat") return { kind: "wat", entry: file };
  if (extension === ".wasm") return { kind: "wasm", entry: file };
  if (isC(file)) return { kind: "c", entry: file, files: [file], folder: undefined };
  if (path.basename(file) === "Cargo.toml") return folderSource(path.dirname(file));
  return { message: `${file} is in no language that formula knows.`, remedy: LOOKED_FOR };
}

function folderSource(folder: string): Source | SourceMistake {
  const inside = (name: string): string => path.join(folder, name);
  if (existsSync(inside("index.ts"))) return { kind: "assemblyscript", entry: inside("index.ts"), folder };
  if (existsSync(inside("asconfig.json"))) {
    return {
      message: `${folder} has an asconfig.json, but no index.ts.`,
      remedy: "Name the entry index.ts, or name the file itself as the source.",
    };
  }
  if (existsSync(inside("Cargo.toml"))) return { kind: "rust", entry: inside("Cargo.toml"), folder };
  const files = readdirSync(folder).filter(isC).sort().map(inside);
  if (files[0] !== undefined) return { kind: "c", entry: files[0], files, folder };
  const wat = ["main.wat", "index.wat"].map(inside).find(existsSync);
  return wat === undefined
    ? { message: `${folder} holds no source that formula knows.`, remedy: LOOKED_FOR }
    : { kind: "wat", entry: wat };
}

const C_EXTENSIONS: readonly string[] = [".c", ".cc", ".cpp", ".cxx"];

function isC(file: string): boolean {
  return C_EXTENSIONS.includes(path.extname(file).toLowerCase());
}

/** True if the source needs a C++ compiler. */
export function isCpp(file: string): boolean {
  return path.extname(file).toLowerCase() !== ".c";
}
