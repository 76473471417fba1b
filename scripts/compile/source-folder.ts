/**
 * What a folder is the source of: the project whose file it holds, else the one language of the files right in it. A folder
 * that could be two things is a mistake rather than a guess.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { kindOfFile, LANGUAGES, LOOKED_FOR, type FileKind, type Source, type SourceMistake } from "./source.ts";

type Found = Source | SourceMistake;

const PROJECTS: Readonly<Record<string, (folder: string) => Found>> = {
  "asconfig.json": assemblyscriptProject,
  "Cargo.toml": (folder) => ({ kind: "rust", entry: path.join(folder, "Cargo.toml"), folder }),
  "build.zig": (folder) => ({ kind: "zig", entry: path.join(folder, "build.zig"), folder }),
};

export function folderSource(folder: string): Found {
  const projects = Object.keys(PROJECTS).filter((name) => existsSync(path.join(folder, name)));
  if (projects.length > 1) return ambiguous(folder, projects);
  const project = PROJECTS[projects[0] ?? ""];
  return project === undefined ? plainSource(folder) : project(folder);
}

/** A folder without a project's file. What was compiled may lie beside its sources. */
function plainSource(folder: string): Found {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .sort();
  const byKind = Map.groupBy(files, kindOfFile);
  byKind.delete(undefined);
  if (byKind.size > 1) byKind.delete("wasm");
  const [only, other] = byKind;
  if (only?.[0] === undefined) return { message: `${folder} holds no source that radon knows.`, remedy: LOOKED_FOR };
  if (other !== undefined)
    return ambiguous(
      folder,
      [...byKind.values()].map(([first]) => first ?? ""),
    );
  return sourceOf(folder, only[0], only[1]);
}

function ambiguous(folder: string, names: readonly string[]): SourceMistake {
  return {
    message: `${folder} could be the source of several modules: it holds ${names.join(" and ")}.`,
    remedy: 'Name one of these files as the source, or say how the folder is built: build = "COMMAND".',
  };
}

const ENTRY_NAMES = ["index", "main"] as const;

function sourceOf(folder: string, kind: FileKind, names: readonly string[]): Found {
  if (kind === "c") {
    const files = names.map((name) => path.join(folder, name));
    return { kind, entry: files[0] ?? folder, files, folder };
  }
  const entry = names.find((name) => ENTRY_NAMES.some((each) => path.parse(name).name === each));
  const only = names.length === 1 ? names[0] : undefined;
  const found = entry ?? only;
  if (found === undefined) return severalEntries(folder, kind, names);
  const at = path.join(folder, found);
  return kind === "wat" || kind === "wasm" ? { kind, entry: at } : { kind, entry: at, folder };
}

function severalEntries(folder: string, kind: FileKind, [first = ""]: readonly string[]): SourceMistake {
  const extension = path.extname(first);
  return {
    message: `${folder} holds several files of ${LANGUAGES[kind]}, and none is index${extension} or main${extension}.`,
    remedy: "Name the entry so, or name the file itself as the source.",
  };
}

const configSchema = z.looseObject({ entries: z.array(z.string()).optional() });

/** The entry that the configuration names, else index.ts, also where AssemblyScript's own template puts it. */
function assemblyscriptProject(folder: string): Found {
  const named = entriesOf(path.join(folder, "asconfig.json"));
  const candidates = [...named, "index.ts", "assembly/index.ts"].map((name) => path.resolve(folder, name));
  const entry = candidates.find((each) => existsSync(each));
  if (entry !== undefined) return { kind: "assemblyscript", entry, folder };
  return {
    message: `${folder} has an asconfig.json, but no index.ts.`,
    remedy: 'Name the entry index.ts, or in asconfig.json: "entries": ["main.ts"].',
  };
}

/** What is wrong with the file itself, the compiler says. */
function entriesOf(config: string): readonly string[] {
  try {
    return configSchema.parse(JSON.parse(readFileSync(config, "utf8"))).entries ?? [];
  } catch {
    return [];
  }
}
