/**
 * Bugs to plant in the runtime, one at a time, to see that the simulator finds them. Each replaces public methods of a
 * class while a run lasts: the runtime itself has no switch for any of them.
 */
import { AtomSession } from "../../durable/atom-session.ts";
import { Atom } from "../../durable/core/atom.ts";
import { SenderChannel } from "../../durable/core/channel.ts";
import { Futures } from "../../durable/core/futures.ts";
import { Link } from "../../durable/core/link.ts";
import { Mailbox } from "../../durable/core/mailbox.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import { Peers } from "../../durable/core/peers.ts";
import { ReceiverChannel } from "../../durable/core/receiver.ts";
import type { Change } from "../../durable/core/store.ts";
import { FollowerRole } from "../../durable/naming-follower.ts";

type Undo = () => void;

export interface PlantedBug {
  readonly name: string;
  readonly plant: () => readonly Undo[];
}

/** True at every `n`-th call. */
function everyNth(n: number): () => boolean {
  let calls = 0;
  return () => ++calls % n === 0;
}

function method<T extends object, K extends keyof T>(owner: T, name: K, make: (original: T[K]) => T[K]): Undo {
  const original = owner[name];
  owner[name] = make(original);
  return () => {
    owner[name] = original;
  };
}

function getter<T extends object, K extends keyof T>(owner: T, name: K, get: (this: T) => T[K]): Undo {
  const original = Object.getOwnPropertyDescriptor(owner, name) as PropertyDescriptor;
  Object.defineProperty(owner, name, { ...original, get });
  return () => void Object.defineProperty(owner, name, original);
}

/** Leaves some changes out of what goes to the store. */
function without(changes: readonly Change[], kinds: readonly Change["kind"][]): readonly Change[] {
  return changes.filter(({ kind }) => !kinds.includes(kind));
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "ack-before-commit",
    plant: () => {
      const commits = everyNth(3);
      const nothing = { answers: [], afterCommit: [] };
      return [
        getter(ReceiverChannel.prototype, "committed", function () {
          return this.state.next;
        }),
        method(
          Atom.prototype,
          "flush",
          (flush) =>
            function (this: Atom, nowMs, all) {
              return all || commits() ? flush.call(this, nowMs, all) : nothing;
            },
        ),
      ];
    },
  },
  {
    name: "receipt-not-stored",
    plant: () => {
      const lost = everyNth(4);
      return [
        method(
          Peers.prototype,
          "changes",
          (changes) =>
            function (this: Peers) {
              return lost() ? without(changes.call(this), ["receiver.put"]) : changes.call(this);
            },
        ),
      ];
    },
  },
  {
    name: "no-deduplication",
    plant: () => [
      method(
        ReceiverChannel.prototype,
        "onFrame",
        (onFrame) =>
          function (this: ReceiverChannel, frame, epoch, reserve) {
            const seen = frame.fromEpoch === this.state.epoch && frame.first < this.state.next;
            const reception = onFrame.call(this, frame, epoch, reserve);
            return seen && reception.kind === "taken" ? { ...reception, deliver: [frame] } : reception;
          },
      ),
    ],
  },
  {
    name: "lost-wake-up",
    plant: () => {
      const lost = everyNth(20);
      return [
        method(
          AtomSession.prototype,
          "wake",
          (wake) =>
            function (this: AtomSession) {
              if (!lost()) wake.call(this);
            },
        ),
      ];
    },
  },
  {
    name: "outbox-row-not-written",
    plant: () => {
      const lost = everyNth(10);
      return [
        method(
          Peers.prototype,
          "changes",
          (changes) =>
            function (this: Peers) {
              return lost() ? without(changes.call(this), ["outbox.put"]) : changes.call(this);
            },
        ),
      ];
    },
  },
  {
    name: "never-sent-again",
    plant: () => [
      method(SenderChannel.prototype, "stalled", () => () => false),
      method(SenderChannel.prototype, "resend", () => () => undefined),
      // What has not left yet is due at once; anything later is a repetition.
      method(SenderChannel.prototype, "dueAtMs", (dueAtMs) => {
        return function (this: SenderChannel) {
          return dueAtMs.call(this) === 0 ? 0 : Infinity;
        };
      }),
    ],
  },
  {
    name: "order-not-restored",
    plant: () => [
      method(
        ReceiverChannel.prototype,
        "onFrame",
        (onFrame) =>
          function (this: ReceiverChannel, frame, epoch, reserve) {
            const { epoch: fromEpoch, next } = this.state;
            if (frame.fromEpoch === fromEpoch && frame.first > next)
              this.restore({ epoch: fromEpoch, next: frame.first });
            return onFrame.call(this, frame, epoch, reserve);
          },
      ),
    ],
  },
  {
    name: "turn-half-committed",
    plant: () => {
      const half = everyNth(15);
      return [
        method(
          Atom.prototype,
          "commitTurn",
          (commitTurn) =>
            function (this: Atom) {
              if (half()) this.turn.outgoing.clear();
              commitTurn.call(this);
            },
        ),
      ];
    },
  },
  {
    name: "trapped-turn-keeps-its-writes",
    plant: () => [
      method(
        Atom.prototype,
        "dropTurn",
        (dropTurn) =>
          function (this: Atom) {
            for (const [key, value] of this.turn.kv) this.putFromOutside(key, value);
            dropTurn.call(this);
          },
      ),
    ],
  },
  {
    name: "epoch-ignored",
    plant: () => [
      method(
        Link.prototype,
        "onAck",
        (onAck) =>
          function (this: Link, ack, nowMs) {
            return onAck.call(this, { ...ack, toEpoch: this.epoch }, nowMs);
          },
      ),
      method(
        ReceiverChannel.prototype,
        "onFrame",
        (onFrame) =>
          function (this: ReceiverChannel, frame, epoch, reserve) {
            return onFrame.call(this, { ...frame, toEpoch: 0 }, epoch, reserve);
          },
      ),
    ],
  },
  {
    name: "consumption-not-committed",
    plant: () => {
      const lost = everyNth(3);
      return [
        method(
          Mailbox.prototype,
          "changes",
          (changes) =>
            function (this: Mailbox) {
              return lost() ? without(changes.call(this), ["mail.delete", "mail.done"]) : changes.call(this);
            },
        ),
      ];
    },
  },
  {
    name: "timeout-never-fires",
    plant: () => [
      method(Futures.prototype, "tick", () => () => undefined),
      method(Futures.prototype, "dueAtMs", () => () => Infinity),
    ],
  },
  {
    name: "not-put-back-after-a-trap",
    plant: () => [method(Mailbox.prototype, "putBack", () => () => undefined)],
  },
  {
    name: "attempts-not-counted",
    plant: () => [method(Mailbox.prototype, "noteDeliveryUnderWay", () => () => undefined)],
  },
  {
    name: "mailbox-without-bound",
    plant: () => [getter(Mailbox.prototype, "room", () => ({ messages: Infinity, bytes: Infinity }))],
  },
  {
    name: "deadlock-not-seen",
    plant: () => [method(Atom.prototype, "takeReentrant", () => () => undefined)],
  },
  {
    name: "alarm-not-set",
    plant: () => [getter(Atom.prototype, "idle", () => true)],
  },
  {
    name: "idempotency-key-forgotten",
    plant: () => [method(Atom.prototype, "lookupKey", () => () => ({ kind: "new" }))],
  },
  {
    name: "version-not-noted",
    plant: () => [method(Atom.prototype, "setVersion", () => () => undefined)],
  },
  {
    name: "version-noted-in-memory-only",
    plant: () => {
      const lost = everyNth(2);
      const isVersion = (change: Change) => change.kind === "state" && change.name === "version";
      return [
        method(
          MemoryStore.prototype,
          "commit",
          (commit) =>
            function (this: MemoryStore, changes) {
              const drops = changes.some(isVersion) && lost();
              commit.call(this, drops ? changes.filter((change) => !isVersion(change)) : changes);
            },
        ),
      ];
    },
  },
  {
    name: "follower-never-registers",
    plant: () => [method(FollowerRole.prototype, "publish", () => async () => undefined)],
  },
];

/** Runs `work` with the bug in place. */
export async function withBug<T>(name: string, work: () => Promise<T>): Promise<T> {
  const bug = PLANTED_BUGS.find((planted) => planted.name === name);
  if (!bug)
    throw new RangeError(`There is no bug ${name}; there are ${PLANTED_BUGS.map((each) => each.name).join(", ")}.`);
  const undo = bug.plant();
  try {
    return await work();
  } finally {
    for (const act of [...undo].reverse()) act();
  }
}
