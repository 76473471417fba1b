/**
 * What an atom's object knows of names without asking: the application as it was built, and names it has met since.
 * `send` has to know its receiver at once, so that an author hears of a misspelt name where it is written.
 */
import type { Application } from "./core/application.ts";
import { failure, type Failure } from "./core/errors.ts";
import { globalName, splitGlobalName, type AtomName, type Destination, type GlobalName } from "./core/names.ts";
import { rendezvous } from "./core/rendezvous.ts";

const MET_MAX = 10_000;

export class KnownNames {
  readonly #self: GlobalName;
  readonly #known = new Set<GlobalName>();
  /** What a bare name means, until another name is met. */
  readonly #chosen = new Map<AtomName, GlobalName>();
  readonly #byAtom = new Map<AtomName, GlobalName[]>();

  constructor(application: Application, self: GlobalName) {
    this.#self = self;
    for (const { runtime, name } of application.atoms) this.#add(globalName(runtime, name));
  }

  /** Names that a lookup returned, or that a message came from. */
  learn(names: Iterable<GlobalName>): void {
    for (const name of names) if (this.#known.size < MET_MAX) this.#add(name);
  }

  /** The global name of a destination: the own runtime's atom of a bare name first, else a stable choice of the others. */
  locate(destination: Destination): GlobalName | Failure {
    if (destination.kind === "global") {
      return this.#known.has(destination.name)
        ? destination.name
        : failure("NOT_FOUND", `There is no atom ${destination.name}.`);
    }
    const chosen = this.#chosen.get(destination.name) ?? this.#choose(destination.name);
    return chosen ?? failure("NOT_FOUND", `No runtime has an atom "${destination.name}".`);
  }

  #choose(atom: AtomName): GlobalName | undefined {
    const own = globalName(splitGlobalName(this.#self).runtime, atom);
    const chosen = this.#known.has(own) ? own : rendezvous(this.#self, this.#byAtom.get(atom) ?? []);
    if (chosen !== undefined) this.#chosen.set(atom, chosen);
    return chosen;
  }

  #add(name: GlobalName): void {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#chosen.clear();
    const { atom } = splitGlobalName(name);
    const names = this.#byAtom.get(atom);
    if (names) names.push(name);
    else this.#byAtom.set(atom, [name]);
  }
}
