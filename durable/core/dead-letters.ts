/**
 * Dead letters: what this atom could not handle, and what of its own could not be delivered.
 *
 * Invariants
 * 1. At most DEAD_LETTERS_MAX are kept. Each new one drops the one that came as many letters before it, if that is
 *    still there, and says so: nothing goes silently.
 * 2. Ids grow and are never given again, not even after the letter and a restart are gone.
 * 3. What was buried or dropped is seen at once, and stored with the next commit.
 */
import { encodeEnvelopes, type Envelope } from "./envelope.ts";
import { DEAD_LETTERS_MAX } from "./limits.ts";
import { NO_CHANGES, type Change, type DeadLetter, type Loaded, type Store } from "./store.ts";

const ID_STATE = "deadLetterId";

export class DeadLetters {
  readonly #store: Store;
  readonly #buried = new Map<number, DeadLetter>();
  readonly #dropped = new Set<number>();
  #idLast: number;
  #count: number;

  constructor(store: Store, { state, deadLetterIdMax, deadLetterCount }: Loaded) {
    this.#store = store;
    this.#idLast = Math.max(deadLetterIdMax, Number(state.get(ID_STATE) ?? 0));
    this.#count = deadLetterCount;
  }

  get count(): number {
    return this.#count;
  }

  /** Returns true if an older letter had to go. */
  bury(envelope: Envelope, letter: Omit<DeadLetter, "id" | "body">): boolean {
    const id = ++this.#idLast;
    this.#buried.set(id, { ...letter, id, body: encodeEnvelopes([envelope]) });
    this.#count += 1;
    return this.drop(id - DEAD_LETTERS_MAX);
  }

  /** Returns false if there is no such letter. */
  drop(id: number): boolean {
    if (id < 1 || !this.get(id)) return false;
    if (!this.#buried.delete(id)) this.#dropped.add(id);
    this.#count -= 1;
    return true;
  }

  get(id: number): DeadLetter | undefined {
    return this.#buried.get(id) ?? (this.#dropped.has(id) ? undefined : this.#store.deadLetter(id));
  }

  /** The oldest first, those after the id `after`. */
  list(after: number, limit: number): DeadLetter[] {
    const stored = this.#store
      .deadLetters(after, limit + this.#dropped.size)
      .filter(({ id }) => !this.#dropped.has(id));
    return [...stored, ...[...this.#buried.values()].filter(({ id }) => id > after)].slice(0, limit);
  }

  changes(): readonly Change[] {
    if (this.#dropped.size + this.#buried.size === 0) return NO_CHANGES;
    const dropped = [...this.#dropped].map((id): Change => ({ kind: "dead.delete", id }));
    const buried = [...this.#buried.values()].map((letter): Change => ({ kind: "dead.put", letter }));
    const id: Change[] = buried.length > 0 ? [{ kind: "state", name: ID_STATE, value: String(this.#idLast) }] : [];
    this.#dropped.clear();
    this.#buried.clear();
    return [...dropped, ...buried, ...id];
  }
}
