/** `include = "FILE"`, alone in a formula, says that the application of this folder is described in another file. */
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Problem } from "./problems.ts";
import { shownPath } from "./problems.ts";
import type { Position } from "./toml-places.ts";
import { readToml } from "./toml.ts";

export type Included =
  | { readonly ok: true; readonly file: string; readonly text: string; readonly files: readonly string[] }
  | { readonly ok: false; readonly problem: Problem; readonly files: readonly string[] };

/** The file that describes the application, starting from the one that the user named, and its text. */
export function followInclude(file: string): Included {
  if (!isFile(file)) return { ok: false, problem: isFolder(file) ? noFile(file) : noFormula(file), files: [file] };
  const text = readFileSync(file, "utf8");
  const document = readToml(text);
  const include = document.value["include"];
  if (include === undefined) return { ok: true, file, text, files: [file] };
  const at = document.places.value(["include"]);
  const refuse = (message: string, remedy: string): Included => ({
    ok: false,
    problem: problemAt(file, at, message, remedy),
    files: [file],
  });
  if (typeof include !== "string") return refuse('"include" is no path.', 'Write include = "atoms/formula.toml".');
  if (Object.keys(document.value).length > 1) {
    return refuse(
      'A formula with "include" has other keys.',
      "Move them into the included file, or leave the include out.",
    );
  }
  const target = path.resolve(path.dirname(file), include);
  if (!isFile(target)) return refuse(`There is no file ${include}.`, "The path is relative to this file.");
  if (target === path.resolve(file))
    return refuse(`${include} includes itself.`, "Name the file that describes the application.");
  const included = readFileSync(target, "utf8");
  if (readToml(included).value["include"] !== undefined) {
    return refuse(`${include} includes another file in turn.`, "Name that file here.");
  }
  return { ok: true, file: target, text: included, files: [file, target] };
}

const START: Position = { line: 1, column: 1 };

function noFormula(file: string): Problem {
  const other = formulaBelow(path.dirname(file), ["*/formula.toml", "*/*/formula.toml"]);
  const hint =
    other === undefined
      ? "Write one, or name one with --config"
      : `Name one with --config, such as ${shownPath(other)}`;
  return problemAt(file, START, "There is no formula here.", `${hint}; docs/formula.md tells how they are written.`);
}

function noFile(folder: string): Problem {
  const inside = formulaBelow(folder, ["formula.toml", "*/formula.toml", "*/*/formula.toml"]);
  const remedy =
    inside === undefined ? "There is no formula.toml in it." : `Name the file: --config ${shownPath(inside)}`;
  return problemAt(folder, START, "This is a folder, and no formula.", remedy);
}

/** The first that is found, in the order of the patterns. */
function formulaBelow(folder: string, patterns: readonly string[]): string | undefined {
  if (!isFolder(folder)) return undefined;
  const found = patterns.flatMap((pattern) => globSync(pattern, { cwd: folder, exclude: ["node_modules/**"] }).sort());
  return found[0] === undefined ? undefined : path.join(folder, found[0]);
}

function problemAt(file: string, at: Position, message: string, remedy: string): Problem {
  return { severity: "error", place: { kind: "file", file, ...at }, message, remedy };
}

function isFolder(folder: string): boolean {
  return existsSync(folder) && statSync(folder).isDirectory();
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile();
}
