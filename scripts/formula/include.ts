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
  if (!isFile(file)) return { ok: false, problem: noFormula(file), files: [file] };
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
  const included = readFileSync(target, "utf8");
  if (readToml(included).value["include"] !== undefined) {
    return refuse(`${include} includes another file in turn.`, "Name that file here.");
  }
  return { ok: true, file: target, text: included, files: [file, target] };
}

function noFormula(file: string): Problem {
  const folder = path.dirname(file);
  const others = existsSync(folder)
    ? globSync(["*/formula.toml", "*/*/formula.toml"], { cwd: folder, exclude: ["node_modules/**"] })
    : [];
  const other = others[0];
  const hint =
    other === undefined
      ? "Write one, or name one with --config"
      : `Name one with --config, such as ${shownPath(path.join(folder, other))}`;
  return problemAt(
    file,
    { line: 1, column: 1 },
    "There is no formula here.",
    `${hint}; docs/formula.md tells how they are written.`,
  );
}

function problemAt(file: string, at: Position, message: string, remedy: string): Problem {
  return { severity: "error", place: { kind: "file", file, ...at }, message, remedy };
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile();
}
