/** What the Worker of every runtime has in common, whatever runs it. */

/** The classes of its objects, as workers/runtime.ts exports them. */
export const OBJECT_CLASSES = { atoms: "AtomObject", naming: "NamingObject" } as const;

/** The bindings of its own objects; those of its peers are numbered. */
export const OWN_BINDINGS = { atoms: "ATOMS", naming: "NAMING" } as const;

/** A change of the classes that hold state, as the platform has to be told of it. */
export interface Migration {
  readonly tag: string;
  readonly new_sqlite_classes?: readonly string[];
  readonly renamed_classes?: readonly { readonly from: string; readonly to: string }[];
  readonly deleted_classes?: readonly string[];
}

/** In order. One that was deployed is never changed: what changes later is another one behind it. */
export const MIGRATIONS: readonly Migration[] = [
  { tag: "v1", new_sqlite_classes: [OBJECT_CLASSES.atoms, OBJECT_CLASSES.naming] },
];
