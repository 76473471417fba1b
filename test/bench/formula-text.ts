/** The bench's applications as formulas: their atoms are many and regular, so the files are written, not kept. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

export interface BenchAtom {
  readonly name: string;
  /** A file or folder of the atoms' folder, or an absolute path. */
  readonly source: string;
  readonly runtime?: string;
  readonly kind?: "daemon";
  readonly durability?: "volatile";
  readonly http?: string;
  readonly metering?: false;
  readonly config?: Readonly<Record<string, string>>;
}

const ATOMS = path.join(import.meta.dirname, "atoms");

/** Writes the formula into `folder`; returns its file. The first runtime leads. */
export function writeFormula(
  folder: string,
  app: string,
  runtimes: readonly string[],
  atoms: readonly BenchAtom[],
): string {
  const file = path.join(folder, "formula.toml");
  const parts = [
    `app = "${app}"\n[naming]\nleader = "${runtimes[0]}"`,
    ...runtimes.map((name) => `[[runtime]]\nname = "${name}"\ntags = ["${name}"]`),
    ...modulesOf(folder, atoms),
    ...atoms.map((atom) => atomText(atom, runtimes[0] ?? "main")),
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${parts.join("\n\n")}\n`);
  return file;
}

function modulesOf(folder: string, atoms: readonly BenchAtom[]): string[] {
  const sources = new Set(atoms.map(({ source }) => source));
  return [...sources].map((source) => {
    const place = path.relative(folder, path.resolve(ATOMS, source));
    return `[[module]]\nname = "${moduleName(source)}"\nsource = "${place}"`;
  });
}

function atomText(
  { name, source, runtime, kind, durability, http, metering, config }: BenchAtom,
  first: string,
): string {
  const lines = [
    `[[atom]]\nname = "${name}"\nmodule = "${moduleName(source)}"\nplace = { tags = ["${runtime ?? first}"] }`,
    kind && `kind = "${kind}"`,
    durability && `durability = "${durability}"`,
    http && `http = "${http}"`,
    metering === false && "metering = false",
    config &&
      `config = { ${Object.entries(config)
        .map(([key, value]) => `${key} = "${value}"`)
        .join(", ")} }`,
  ];
  return lines.filter((line) => typeof line === "string").join("\n");
}

function moduleName(source: string): string {
  return path.basename(source, path.extname(source));
}
