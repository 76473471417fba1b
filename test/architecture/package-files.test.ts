/**
 * House rule: the command finds the package's own files by `packageFile`, never from where its code is, because `npm pack` bundles that code
 * into dist/; and what it finds so is packed.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const SOURCES = globSync("scripts/**/*.ts", { cwd: root, exclude: ["scripts/package.ts"] });

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** The paths of calls whose parts are all written out. */
function filesNamed(text: string): string[] {
  const calls = [...text.matchAll(/packageFile\(((?:"[^"]+"(?:, )?)+)\)/g)];
  return calls.map(([, parts = ""]) => [...parts.matchAll(/"([^"]+)"/g)].map(([, part]) => part).join("/"));
}

const { files }: { files: string[] } = JSON.parse(textOf("package.json"));

/** True if npm packs it: it always does package.json. */
function isPacked(file: string): boolean {
  return (
    file === "package.json" ||
    files.some((entry) => file === entry || file.startsWith(`${entry}/`) || matches(entry, file))
  );
}

function matches(pattern: string, file: string): boolean {
  return pattern.includes("*") && globSync(pattern, { cwd: root }).includes(file);
}

describe("the package's own files", () => {
  test("are found from the package's folder", () => {
    const beside = /import\.meta\.(?:dirname|filename)|new URL\([^)]*import\.meta\.url/;
    expect(SOURCES.filter((file) => beside.test(textOf(file)))).toEqual([]);
  });

  test("are packed", () => {
    const named = SOURCES.flatMap((file) => filesNamed(textOf(file)));
    expect(named).toContain("workers/runtime.ts");
    // Only a checkout has it, which is how one is told from a package.
    expect(named.filter((file) => !isPacked(file))).toEqual(["scripts/radon.ts"]);
  });
});
