/**
 * What an atom's object knows of names without asking: the application as it was built, and names it has met since.
 * `send` has to know its receiver at once, so that an author hears of a misspelt name where it is written.
 */
import type { Application } from "./core/application.ts";
import { failure, type Failure } from "./core/errors.ts";
import { globalName, splitGlobalName, type AtomName, type Destination, type GlobalName } from "./core/names.ts";
import { rendezvous } from "./core/rendezvous.ts";

const MET_MAX = 10_000;

class NameIndex {
  readonly names = new Set<GlobalName>();
  readonly byAtom = new Map<AtomName, GlobalName[]>();

  add(name: GlobalName): void {
    if (this.names.has(name)) return;
    this.names.add(name);
    const { atom } = splitGlobalName(name);
    const namesakes = this.byAtom.get(atom);
    if (namesakes) namesakes.push(name);
    else this.byAtom.set(atom, [name]);
  }
}

/** All objects of an isolate share what they know from the build. */
const built = new WeakMap<Application, NameIndex>();

function indexOf(application: Application): NameIndex {
  const index = built.get(application) ?? new NameIndex();
  if (!built.has(application)) {
    for (const { runtime, name } of application.atoms) index.add(globalName(runtime, name));
    built.set(application, index);
  }
  return index;
}

export class KnownNames {
  readonly #self: GlobalName;
  readonly #built: NameIndex;
  readonly #met = new NameIndex();
  /** What a bare name means, until another name is met. */
  readonly #chosen = new Map<AtomName, GlobalName>();

  constructor(application: Application, self: GlobalName) {
    this.#self = self;
    this.#built = indexOf(application);
  }

  /** Names that a lookup returned, or that a message came from. */
  learn(names: Iterable<GlobalName>): void {
    for (const name of names) {
      if (this.#knows(name) || this.#met.names.size >= MET_MAX) continue;
      this.#met.add(name);
      this.#chosen.clear();
    }
  }

  /** The global name of a destination: the own runtime's atom of a bare name first, else a stable choice of the others. */
  locate(destination: Destination): GlobalName | Failure {
    if (destination.kind === "global") {
      return this.#knows(destination.name)
        ? destination.name
        : failure("NOT_FOUND", `There is no atom ${destination.name}.`);
    }
    const chosen = this.#chosen.get(destination.name) ?? this.#choose(destination.name);
    return chosen ?? failure("NOT_FOUND", `No runtime has an atom "${destination.name}".`);
  }

  #knows(name: GlobalName): boolean {
    return this.#built.names.has(name) || this.#met.names.has(name);
  }

  #choose(atom: AtomName): GlobalName | undefined {
    const own = globalName(splitGlobalName(this.#self).runtime, atom);
    const namesakes = [...(this.#built.byAtom.get(atom) ?? []), ...(this.#met.byAtom.get(atom) ?? [])];
    const chosen = this.#knows(own) ? own : rendezvous(this.#self, namesakes);
    if (chosen !== undefined) this.#chosen.set(atom, chosen);
    return chosen;
  }
}
