/** The contract of `Store`: every implementation passes this suite. It imports nothing but the core and vitest. */
import { describe, expect, test } from "vitest";
import { encodeAnswer } from "../../durable/core/answer.ts";
import { bytesToKey } from "../../durable/core/bytes.ts";
import { encodeEnvelopes } from "../../durable/core/envelope.ts";
import { ROW_BYTES_MAX } from "../../durable/core/limits.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import type {
  AttemptRecord,
  Change,
  DeadLetter,
  IdempotencyRecord,
  Loaded,
  MailRecord,
  OpenRequest,
  OutboxRecord,
  ReceiverRecord,
  SenderRecord,
  Store,
} from "../../durable/core/store.ts";

const PEER = "edge-1/peer" as GlobalName;
const OTHER = "cloud/other" as GlobalName;
/** Ids of a store that has been in use for years. */
const LARGE = 2 ** 52 + 1;

const body = encodeEnvelopes([{ kind: "message", payload: new Uint8Array([0, 128, 255]) }]);
const mail = (first: number, from: MailRecord["from"] = PEER): MailRecord => ({
  first,
  count: 1,
  from,
  body,
  done: new Uint8Array([0]),
});
const open = (token: number): OpenRequest => ({ token, asker: PEER, request: LARGE, kind: "request", taken: false });
const outbox = (first: number, peer = PEER): OutboxRecord => ({ peer, channel: "mail", first, count: 2, body });
const letter = (id: number): DeadLetter => ({ id, atMs: 1.5, direction: "in", peer: PEER, reason: "trapped ü", body });
const keyed = (key: string, atMs: number, answer: Uint8Array | null = null): IdempotencyRecord => ({
  key,
  atMs,
  position: LARGE,
  answer,
});
const kv = (key: string, ...value: number[]): Change => ({ kind: "kv", key, value: new Uint8Array(value) });

/** One empty store: `open` opens it, as a restarted object would, each time it is called. */
export type UseStore = (open: () => Store) => void;

/** What a rule works with. */
interface Bench {
  readonly store: Store;
  commit(...changes: Change[]): void;
  /** What a restart finds. */
  load(): Loaded;
}

function benchOf(open: () => Store): Bench {
  const store = open();
  return { store, commit: (...changes) => store.commit(changes), load: () => open().load() };
}

/**
 * `makeStore` makes an empty store and calls what it is given, one after the other; a call may begin with a new life of
 * the store's owner, and what the one before it committed is there. Each is synchronous, so that it can run where storage may
 * be used only by its own object.
 */
export function storeContract(name: string, makeStore: (...uses: UseStore[]) => void | Promise<void>): void {
  const rule = (title: string, check: (bench: Bench) => void) =>
    test(title, () => makeStore((open) => check(benchOf(open))));

  describe(`the store contract: ${name}`, () => {
    describe("load", () => {
      rule("an empty store has nothing", ({ load }) => {
        expect(load()).toEqual({
          mail: [],
          attempts: [],
          open: [],
          outbox: [],
          senders: [],
          receivers: [],
          idempotency: [],
          deadLetterIdMax: 0,
          deadLetterCount: 0,
          state: new Map(),
        });
      });

      rule("mail comes in order of position, whatever the order it was written in", ({ commit, load }) => {
        commit(...[30, LARGE, 4, 200].map((first): Change => ({ kind: "mail.put", record: mail(first) })));
        expect(load().mail).toEqual([4, 30, 200, LARGE].map((first) => mail(first)));
      });

      rule("mail from outside has no sender", ({ commit, load }) => {
        commit({ kind: "mail.put", record: mail(1, "") });
        expect(load().mail).toEqual([mail(1, "")]);
      });

      rule("consumption changes the record's bits, and only those", ({ commit, load }) => {
        commit({ kind: "mail.put", record: mail(1) }, { kind: "mail.put", record: mail(2) });
        commit({ kind: "mail.done", first: 1, done: new Uint8Array([255]) });
        expect(load().mail).toEqual([{ ...mail(1), done: new Uint8Array([255]) }, mail(2)]);
        commit({ kind: "mail.delete", first: 1 }, { kind: "mail.delete", first: 99 });
        expect(load().mail).toEqual([mail(2)]);
      });

      rule("the bits of a record that is gone change nothing", ({ commit, load }) => {
        commit({ kind: "mail.done", first: 1, done: new Uint8Array([255]) });
        expect(load().mail).toEqual([]);
      });

      rule("attempts are replaced and deleted by position", ({ commit, load }) => {
        const attempt = (position: number, count: number): AttemptRecord => ({ position, attempt: count, traps: 1 });
        commit({ kind: "attempt.put", record: attempt(LARGE, 1) }, { kind: "attempt.put", record: attempt(2, 1) });
        commit({ kind: "attempt.put", record: attempt(LARGE, 2) }, { kind: "attempt.delete", position: 2 });
        expect(load().attempts).toEqual([attempt(LARGE, 2)]);
      });

      rule("open requests come in order of their tokens, and are replaced and deleted by it", ({ commit, load }) => {
        const http: OpenRequest = { token: 1, asker: "", request: 1, kind: "http", taken: true };
        commit(...[open(LARGE), open(5), http].map((request): Change => ({ kind: "open.put", request })));
        commit({ kind: "open.put", request: { ...open(5), taken: true } });
        expect(load().open).toEqual([http, { ...open(5), taken: true }, open(LARGE)]);
        commit({ kind: "open.delete", token: 5 });
        expect(load().open).toEqual([http, open(LARGE)]);
      });

      rule("outbox frames come in order of their numbers", ({ commit, load }) => {
        commit(...[7, 1, LARGE, 3].map((first): Change => ({ kind: "outbox.put", record: outbox(first) })));
        expect(load().outbox).toEqual([1, 3, 7, LARGE].map((first) => outbox(first)));
      });

      rule("an ack deletes the frames below it, of its channel only", ({ commit, load }) => {
        const reply: OutboxRecord = { ...outbox(1), channel: "reply" };
        commit(...[outbox(1), outbox(3), outbox(5), reply].map((record): Change => ({ kind: "outbox.put", record })));
        commit({ kind: "outbox.put", record: outbox(1, OTHER) });
        commit({ kind: "outbox.delete", peer: PEER, channel: "mail", below: 5 });
        const left = load().outbox;
        expect(left).toHaveLength(3);
        expect(left).toEqual(expect.arrayContaining([outbox(5), reply, outbox(1, OTHER)]));
        commit({ kind: "outbox.delete", peer: PEER, channel: "mail", below: Infinity });
        expect(load().outbox).toHaveLength(2);
      });

      rule("changes of one commit apply in their order", ({ store, commit, load }) => {
        commit({ kind: "outbox.put", record: outbox(1) });
        commit(
          { kind: "outbox.delete", peer: PEER, channel: "mail", below: Infinity },
          { kind: "outbox.put", record: outbox(2) },
          kv("k", 1),
          kv("k", 2),
        );
        expect(load().outbox).toEqual([outbox(2)]);
        expect(store.get("k")).toEqual(new Uint8Array([2]));
      });

      rule("senders and receivers are one a channel, and replaced", ({ commit, load }) => {
        const sender: SenderRecord = { peer: PEER, channel: "mail", next: LARGE, base: 2, peerEpoch: LARGE };
        const receiver: ReceiverRecord = { peer: PEER, channel: "mail", epoch: LARGE, next: 9 };
        commit({ kind: "sender.put", record: { ...sender, next: 1 } }, { kind: "receiver.put", record: receiver });
        commit({ kind: "sender.put", record: sender });
        commit({ kind: "sender.put", record: { ...sender, channel: "reply" } });
        commit({ kind: "receiver.put", record: { ...receiver, next: 10 } });
        const { senders, receivers } = load();
        expect(senders).toHaveLength(2);
        expect(senders).toEqual(expect.arrayContaining([sender, { ...sender, channel: "reply" }]));
        expect(receivers).toEqual([{ ...receiver, next: 10 }]);
      });

      rule("state is kept by name", ({ commit, load }) => {
        const state = (key: string, value: string): Change => ({ kind: "state", name: key, value });
        commit(state("epoch", "1"), state("trap", '{"text":"ü"}'), state("epoch", "2"), state("ended", ""));
        expect(load().state).toEqual(
          new Map([
            ["epoch", "2"],
            ["trap", '{"text":"ü"}'],
            ["ended", ""],
          ]),
        );
      });
    });

    describe("commit", () => {
      test("all or nothing: of a commit that fails, the next start finds nothing", () =>
        makeStore(
          (open) => open().commit([{ kind: "dead.put", letter: letter(1) }, kv("kept", 1)]),
          (open) => {
            const store = open();
            const failing: Change[] = [
              kv("kept", 2),
              kv("new", 1),
              { kind: "mail.put", record: mail(1) },
              { kind: "dead.put", letter: letter(1) },
              { kind: "state", name: "epoch", value: "1" },
            ];
            expect(() => store.commit(failing)).toThrow();
          },
          (open) => {
            const store = open();
            expect([store.get("kept"), store.get("new")]).toEqual([new Uint8Array([1]), undefined]);
            const { mail: mails, state } = store.load();
            expect([mails, state.get("epoch")]).toEqual([[], undefined]);
          },
        ));

      const large = (bytes: number): readonly Change[] => [
        { kind: "kv", key: "k".repeat(9), value: new Uint8Array(bytes - 9) },
        { kind: "mail.put", record: { ...mail(1), body: new Uint8Array(bytes) } },
        { kind: "outbox.put", record: { ...outbox(1), body: new Uint8Array(bytes) } },
        { kind: "dead.put", letter: { ...letter(1), reason: "", body: new Uint8Array(bytes) } },
        { kind: "idempotency.put", record: keyed("key", 1, new Uint8Array(bytes - 3)) },
        { kind: "state", name: "aliases", value: "x".repeat(bytes) },
      ];

      rule("takes rows up to ROW_BYTES_MAX", ({ store }) => {
        for (const change of large(ROW_BYTES_MAX)) store.commit([change]);
        expect(store.get("k".repeat(9))?.length).toBe(ROW_BYTES_MAX - 9);
      });

      rule("refuses a larger row, and the whole commit", ({ store }) => {
        for (const change of large(ROW_BYTES_MAX + 1))
          expect(() => store.commit([kv("new", 1), change])).toThrow("row");
        expect(store.get("new")).toBeUndefined();
      });

      rule("an empty commit is one too", ({ store, load }) => {
        store.commit([]);
        expect(load().state.size).toBe(0);
      });

      rule("bytes are the store's own from then on, and what it hands out is the reader's", ({ store, commit }) => {
        const value = new Uint8Array([1, 2]);
        const whole = new Uint8Array([9, 9, 1, 2, 9]);
        commit({ kind: "kv", key: "a", value }, { kind: "kv", key: "view", value: whole.subarray(2, 4) });
        value[0] = 7;
        whole[2] = 7;
        (store.get("a") as Uint8Array)[1] = 7;
        for (const [, bytes] of store.scan({ start: "", end: null, reverse: false })) bytes[0] = 8;
        expect([store.get("a"), store.get("view")]).toEqual([new Uint8Array([1, 2]), new Uint8Array([1, 2])]);
      });
    });

    describe("keys and values", () => {
      const KEYS = ["", "\x00", "\x00\x00", "a", "a\x00", "ab", "b", "\x7f", "\x80", "\x80\xff", "\xff", "\xff\xff"];
      const keysOf = (store: Store, start: string, end: string | null, reverse = false) =>
        [...store.scan({ start, end, reverse })].map(([key]) => key);
      const filled = (title: string, check: (bench: Bench) => void) =>
        rule(title, (bench) => {
          bench.commit(...KEYS.toReversed().map((key, i) => kv(key, i)));
          check(bench);
        });

      filled("every key has its own value: empty ones, NULs and bytes over 0x7f too", ({ store }) => {
        expect(KEYS.toReversed().map((key) => store.get(key))).toEqual(KEYS.map((_, i) => new Uint8Array([i])));
        expect([store.get("ba"), store.get("\x00\x00\x00"), store.get("\xfe")]).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
      });

      filled("an empty value is a value", ({ store, commit }) => {
        commit(kv("a"));
        expect(store.get("a")).toEqual(new Uint8Array(0));
        expect(keysOf(store, "a", "a\x00")).toEqual(["a"]);
      });

      filled("an empty value of the empty key, too", ({ store, commit }) => {
        commit(kv(""));
        expect(store.get("")).toEqual(new Uint8Array(0));
      });

      filled("a deleted key is gone, and may be deleted again", ({ store, commit }) => {
        commit({ kind: "kv", key: "a", value: null }, { kind: "kv", key: "", value: null });
        commit({ kind: "kv", key: "a", value: null });
        expect([store.get("a"), store.get("")]).toEqual([undefined, undefined]);
        expect(keysOf(store, "", null)).toEqual(KEYS.filter((key) => key !== "a" && key !== ""));
      });

      filled("scans go by the bytes of the keys, in both directions", ({ store }) => {
        expect(keysOf(store, "", null)).toEqual(KEYS);
        expect(keysOf(store, "", null, true)).toEqual(KEYS.toReversed());
      });

      const RANGES: [string, string | null, string[]][] = [
        ["a", "b", ["a", "a\x00", "ab"]],
        ["", "a", ["", "\x00", "\x00\x00"]],
        ["a\x00", null, ["a\x00", "ab", "b", "\x7f", "\x80", "\x80\xff", "\xff", "\xff\xff"]],
        ["\x7f", "\xff", ["\x7f", "\x80", "\x80\xff"]],
        ["\x80\x00", "\xff\xff", ["\x80\xff", "\xff"]],
        ["b", "b", []],
        ["b", "a", []],
        ["", "", []],
        ["\xff\xff\x00", null, []],
      ];
      filled("ranges are half-open, in both directions", ({ store }) => {
        for (const [start, end, expected] of RANGES) {
          expect([start, end, keysOf(store, start, end)]).toEqual([start, end, expected]);
          expect([start, end, keysOf(store, start, end, true)]).toEqual([start, end, expected.toReversed()]);
        }
      });

      filled("a scan gives values with their keys, and may be broken off", ({ store, commit }) => {
        for (const [key, value] of store.scan({ start: "b", end: null, reverse: false })) {
          expect([key, value]).toEqual(["b", store.get("b")]);
          break;
        }
        commit(kv("after", 1));
        expect(store.get("after")).toEqual(new Uint8Array([1]));
      });

      filled("keys and values may be as large as the limits let them", ({ store, commit }) => {
        const key = bytesToKey(new Uint8Array(2048).fill(255));
        const value = new Uint8Array(1024 * 1024).fill(7);
        commit({ kind: "kv", key, value });
        const stored = store.get(key) as Uint8Array;
        expect([stored.length, stored.every((byte) => byte === 7)]).toEqual([value.length, true]);
      });
    });

    describe("dead letters", () => {
      const idsOf = (store: Store, after: number, limit: number) => store.deadLetters(after, limit).map(({ id }) => id);

      rule("pages go by id: after the one, up to the limit", ({ store, commit, load }) => {
        commit(...[3, 1, 7, 20].map((id): Change => ({ kind: "dead.put", letter: letter(id) })));
        expect([
          idsOf(store, 0, 2),
          idsOf(store, 3, 2),
          idsOf(store, 20, 2),
          idsOf(store, 0, 100),
          idsOf(store, 0, 0),
        ]).toEqual([[1, 3], [7, 20], [], [1, 3, 7, 20], []]);
        expect(load()).toMatchObject({ deadLetterIdMax: 20, deadLetterCount: 4 });
      });

      rule("a letter is read as it was written, and deleted by its id", ({ store, commit, load }) => {
        const outgoing: DeadLetter = { ...letter(2), direction: "out", peer: "" };
        commit({ kind: "dead.put", letter: letter(1) }, { kind: "dead.put", letter: outgoing });
        expect([store.deadLetter(1), store.deadLetter(2), store.deadLetter(3)]).toEqual([
          letter(1),
          outgoing,
          undefined,
        ]);
        commit({ kind: "dead.delete", id: 2 }, { kind: "dead.delete", id: 9 });
        expect([idsOf(store, 0, 9), load()]).toMatchObject([[1], { deadLetterIdMax: 1, deadLetterCount: 1 }]);
      });

      rule("an id is free again once its letter is deleted", ({ store, commit }) => {
        commit({ kind: "dead.put", letter: letter(1) });
        commit({ kind: "dead.delete", id: 1 }, { kind: "dead.put", letter: { ...letter(1), reason: "again" } });
        expect(store.deadLetter(1)?.reason).toBe("again");
      });
    });

    describe("idempotency keys", () => {
      const answered = encodeAnswer({ kind: "reply", payload: new Uint8Array([1]) });
      const put = (record: IdempotencyRecord): Change => ({ kind: "idempotency.put", record });
      const left = (store: Store, ...keys: string[]) => keys.filter((key) => store.idempotency(key));

      rule(
        "a key is looked up whether it is answered or not; only those without an answer are loaded",
        ({ store, commit, load }) => {
          commit(put(keyed("pending", 1)), put(keyed("done", 2, answered)));
          expect(store.idempotency("pending")).toEqual(keyed("pending", 1));
          expect(store.idempotency("done")).toEqual(keyed("done", 2, answered));
          expect(store.idempotency("none")).toBeUndefined();
          expect(load().idempotency).toEqual([keyed("pending", 1)]);
        },
      );

      rule("an answer replaces the record of its key", ({ store, commit, load }) => {
        commit(put(keyed("k", 1)));
        commit(put(keyed("k", 1, answered)));
        expect(store.idempotency("k")).toEqual(keyed("k", 1, answered));
        expect(load().idempotency).toEqual([]);
      });

      rule("a key is deleted, answered or not; one that is not there is no mistake", ({ store, commit }) => {
        commit(put(keyed("pending", 1)), put(keyed("done", 2, answered)), put(keyed("kept", 3)));
        commit(...["pending", "done", "none"].map((key): Change => ({ kind: "idempotency.delete", key })));
        expect(left(store, "pending", "done", "kept")).toEqual(["kept"]);
      });

      rule("keys are compared exactly", ({ store, commit }) => {
        commit(put(keyed("Key", 1)), put(keyed("ü", 1)));
        expect(left(store, "Key", "key", "KEY", "ü", "u", "Key ")).toEqual(["Key", "ü"]);
      });

      rule("what is older than the time goes, what is of the time stays", ({ store, commit }) => {
        commit(put(keyed("old", 9.5, answered)), put(keyed("edge", 10, answered)), put(keyed("new", 11, answered)));
        commit({ kind: "idempotency.expire", beforeMs: 10, keep: 100 });
        expect(left(store, "old", "edge", "new")).toEqual(["edge", "new"]);
      });

      rule("of what is left the newest stay", ({ store, commit }) => {
        commit(...[5, 1, 4, 2, 3].map((atMs) => put(keyed(`k${atMs}`, atMs, answered))));
        commit({ kind: "idempotency.expire", beforeMs: 0, keep: 2 });
        expect(left(store, "k1", "k2", "k3", "k4", "k5")).toEqual(["k4", "k5"]);
      });

      rule("what is not answered yet stays, however old", ({ store, commit }) => {
        commit(put(keyed("pending", 1)), put(keyed("k2", 2, answered)), put(keyed("k3", 3, answered)));
        commit({ kind: "idempotency.expire", beforeMs: 2, keep: 1 });
        expect(left(store, "pending", "k2", "k3")).toEqual(["pending", "k3"]);
      });

      rule("both bounds hold together", ({ store, commit }) => {
        commit(...[1, 2, 3, 4].map((atMs) => put(keyed(`k${atMs}`, atMs, answered))));
        commit({ kind: "idempotency.expire", beforeMs: 4, keep: 3 });
        expect(left(store, "k1", "k2", "k3", "k4")).toEqual(["k4"]);
      });
    });
  });
}
