/** A first-in-first-out queue whose `shift` costs the same however long it is, and whose items can be looked at by index. */
const COMPACT_AFTER = 64;

export class Queue<T> implements Iterable<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    // What was shifted is cut off once it is the larger part, so that each item is moved once at most, on average.
    if (this.#head >= COMPACT_AFTER && this.#head * 2 >= this.#items.length) this.replace(this);
    return item;
  }

  /** The item `index` places behind the front. */
  at(index: number): T | undefined {
    return this.#items[this.#head + index];
  }

  /** Takes one item out, wherever it stands. Costs as much as the queue is long. */
  remove(item: T): boolean {
    const index = this.#items.indexOf(item, this.#head);
    if (index < 0) return false;
    this.#items.splice(index, 1);
    return true;
  }

  /** From now on the queue holds these items. */
  replace(items: Iterable<T>): void {
    this.#items = [...items];
    this.#head = 0;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let index = this.#head; index < this.#items.length; index++) yield this.#items[index] as T;
  }
}
