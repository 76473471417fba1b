/** What leads to the objects of a runtime: a binding of this Worker, or signed requests to where the runtime answers. */
import type { RuntimeEntry } from "../core/application.ts";
import { SignedNamespace } from "../signing/signed-objects.ts";
import { placedNamespace } from "./placed-namespace.ts";

/** A runtime has an object for each of its atoms, and one for its names. */
export type ObjectKind = "atoms" | "naming";

/** The namespace of a runtime's objects of one kind; undefined if the binding that leads to it is missing. */
export function namespaceOf(entry: RuntimeEntry, kind: ObjectKind, env: Readonly<Record<string, unknown>>): unknown {
  if (entry.url !== undefined) return new SignedNamespace(entry, kind, env);
  const bound = env[kind === "atoms" ? entry.atomsBinding : entry.namingBinding];
  if (entry.place === undefined || bound === undefined) return bound;
  return placedNamespace(bound as DurableObjectNamespace, entry.place);
}
