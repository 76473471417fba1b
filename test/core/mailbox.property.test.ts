import fc from "fast-check";
import { expect, test } from "vitest";
import type { Envelope } from "../../durable/core/envelope.ts";
import { Mailbox, type Mail } from "../../durable/core/mailbox.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { accept } from "./encoded.ts";

const SELF = "cloud/self" as GlobalName;
const PEER = "edge/peer" as GlobalName;
const KINDS = ["message", "interrupt", "request"] as const;
type Kind = (typeof KINDS)[number];

/** A mail as the model knows it. */
interface Item {
  readonly position: number;
  readonly kind: Kind;
  attempt: number;
  held: boolean;
}

type Operation =
  | { readonly do: "accept"; readonly kinds: readonly Kind[] }
  | { readonly do: "message" | "interrupt" | "reentrant" | "putBack" | "commit" | "crash" | "progress" }
  | { readonly do: "consume"; readonly which: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("accept" as const),
      kinds: fc.array(fc.constantFrom(...KINDS), { maxLength: 10 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom("message" as const, "interrupt" as const, "reentrant" as const) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("consume" as const), which: fc.nat() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("putBack" as const, "commit" as const, "crash" as const, "progress" as const),
    }),
  },
);

/** The mailbox over a store, and beside it a plain list of what should be in it. */
class Comparison {
  readonly #store = new MemoryStore();
  #mailbox = new Mailbox(SELF, 1, true);
  #held: Mail[] = [];
  #model: Item[] = [];
  /** What a crash goes back to: positions, and the attempts that the store knows of. */
  #saved: Item[] = [];
  /** Mails whose attempts the store is told of at the next commit. */
  readonly #tracked = new Set<number>();

  perform(operation: Operation): void {
    switch (operation.do) {
      case "accept":
        return this.#accept(operation.kinds);
      case "message":
        return this.#take(this.#mailbox.takeMessage(), ({ kind }) => kind !== "interrupt");
      case "interrupt":
        return this.#take(this.#mailbox.takeInterrupt(), ({ kind }) => kind === "interrupt");
      case "reentrant":
        return this.#take(this.#mailbox.takeReentrant(new Set([1])), ({ kind }) => kind === "request");
      case "consume":
        return this.#consume(operation.which);
      case "putBack":
        return this.#putBack();
      case "progress":
        this.#mailbox.noteDeliveryUnderWay();
        for (const { position } of this.#held) this.#tracked.add(position);
        return;
      case "commit":
        return this.#commit();
      case "crash":
        return this.#crash();
    }
  }

  check(): void {
    const messages = this.#model.filter(({ kind }) => kind !== "interrupt");
    const waiting = (items: Item[]) => items.some(({ held }) => !held);
    const { count, hasMessage, hasInterrupt, hasRequest, empty } = this.#mailbox;
    const positions = [...this.#mailbox.positions()].sort((a, b) => a - b);
    expect([count, hasMessage, hasInterrupt, hasRequest, empty, ...positions]).toEqual([
      messages.length,
      waiting(messages),
      waiting(this.#model.filter(({ kind }) => kind === "interrupt")),
      this.#model.some(({ kind }) => kind === "request"),
      this.#model.length === 0,
      ...this.#model.map(({ position }) => position),
    ]);
  }

  #accept(kinds: readonly Kind[]): void {
    const first = this.#mailbox.nextPosition;
    accept(this.#mailbox, PEER, ...kinds.map(envelopeOf));
    kinds.forEach((kind, i) => this.#model.push({ position: first + i, kind, attempt: 0, held: false }));
  }

  #take(mail: Mail | undefined, wanted: (item: Item) => boolean): void {
    const item = this.#model.find((each) => !each.held && wanted(each));
    expect(mail?.position).toBe(item?.position);
    if (!mail || !item) return;
    item.held = true;
    item.attempt += 1;
    expect(mail.attempt).toBe(item.attempt);
    this.#held.push(mail);
  }

  #consume(which: number): void {
    const [mail] = this.#held.splice(which % (this.#held.length || 1), 1);
    if (!mail) return;
    this.#mailbox.consume(mail);
    this.#model = this.#model.filter(({ position }) => position !== mail.position);
  }

  #putBack(): void {
    this.#mailbox.putBack();
    for (const { position } of this.#held) this.#tracked.add(position);
    for (const item of this.#model) item.held = false;
    this.#held = [];
  }

  #commit(): void {
    this.#store.commit(this.#mailbox.changes());
    const known = new Map(this.#saved.map(({ position, attempt }) => [position, attempt]));
    this.#saved = this.#model.map((item) => {
      const attempt = this.#tracked.has(item.position) ? item.attempt : (known.get(item.position) ?? 0);
      return { ...item, attempt, held: false };
    });
    expect(this.#store.load().mail.length === 0).toBe(this.#saved.length === 0);
  }

  #crash(): void {
    const { mail, attempts } = this.#store.load();
    const next = this.#mailbox.nextPosition;
    this.#mailbox = new Mailbox(SELF, next, true);
    this.#mailbox.restore(mail, attempts);
    this.#held = [];
    this.#model = this.#saved.map((item) => ({ ...item }));
    this.#tracked.clear();
    for (const { position } of attempts) this.#tracked.add(position);
  }
}

function envelopeOf(kind: Kind): Envelope {
  const payload = new Uint8Array([1]);
  if (kind === "message") return { kind, payload };
  if (kind === "interrupt") return { kind, signal: 1, payload };
  return { kind, id: 1, chain: [{ atom: SELF, request: 1 }], payload };
}

test("1, 2: whatever is accepted, taken, consumed, put back, committed and lost by crashes, the mailbox is what a list would be (property)", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80, size: "max" }), (operations) => {
      const comparison = new Comparison();
      for (const each of operations) {
        comparison.perform(each);
        comparison.check();
      }
    }),
    { numRuns: 400 },
  );
});
