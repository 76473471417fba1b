/**
 * Metering is a matter of the atom, but is built into its module: a module that is used with and without is built twice,
 * so that an atom that switched it off pays nothing for it.
 */
import type { AtomSpec, ModuleSpec } from "./formula.ts";

export interface Variants {
  readonly modules: readonly ModuleSpec[];
  readonly atoms: readonly AtomSpec[];
}

export function withVariants(modules: readonly ModuleSpec[], atoms: readonly AtomSpec[]): Variants {
  const both = new Set(
    modules.map(({ name }) => name).filter((name) => isUsed(name, atoms, true) && isUsed(name, atoms, false)),
  );
  return {
    modules: modules.flatMap((module) => {
      const only = { ...module, metered: !isUsed(module.name, atoms, false) };
      if (!both.has(module.name)) return [only];
      return [
        { ...module, metered: true },
        { ...module, name: unmetered(module.name), metered: false },
      ];
    }),
    atoms: atoms.map((atom) =>
      atom.metering || !both.has(atom.module) ? atom : { ...atom, module: unmetered(atom.module) },
    ),
  };
}

function isUsed(module: string, atoms: readonly AtomSpec[], metering: boolean): boolean {
  return atoms.some((atom) => atom.module === module && atom.metering === metering);
}

function unmetered(module: string): string {
  return `${module} (unmetered)`;
}
