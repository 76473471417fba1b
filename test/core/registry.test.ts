import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alias } from "../../durable/core/aliases.ts";
import { Directory, type Change, type RuntimeRecord } from "../../durable/core/directory.ts";
import { ATOMS_PER_RUNTIME_MAX, Leader, LOGGED_CHANGES_MAX, type Update } from "../../durable/core/registry.ts";
import { Replica } from "../../durable/core/replica.ts";
import { atomRecord, runtimeName, runtimeRecord } from "./naming-fixtures.ts";

const planned = ["cloud", "edge-1", "edge-2"].map((name) => runtimeRecord(name, "", 0, [atomRecord("planned")]));

/** A leader of the planned runtimes, and a way to register that also applies. */
function leaderOf(plan: readonly RuntimeRecord[] = planned, epoch = "e1") {
  const leader = new Leader(new Directory(), { epoch, version: 0 });
  leader.apply(leader.plan(plan));
  const register = (record: RuntimeRecord, rightful?: string) => {
    const decision = leader.register(record, rightful);
    if (decision.kind === "registered") leader.apply(decision.changes);
    return decision;
  };
  return { leader, register };
}

/** A replica takes an update as its owner does; true if it left no gap. */
function receive(replica: Replica, update: Update): boolean {
  const reception = replica.receive(update);
  if (reception.kind === "apply") replica.apply(reception.changes, reception.position);
  return reception.kind !== "gap";
}

function atomsOf(directory: Directory, runtime: string): string[] | undefined {
  return directory.record(runtimeName(runtime))?.atoms.map((atom) => atom.name);
}

describe("the leader", () => {
  it("1: refuses a second identity under a taken name, and says why", () => {
    const { leader, register } = leaderOf();
    expect(register(runtimeRecord("edge-1", "id-a", 1, [atomRecord("a")]))).toMatchObject({ kind: "registered" });
    const before = leader.position;
    const decision = register(runtimeRecord("edge-1", "id-b", 9, [atomRecord("b")]));
    expect(decision).toEqual({
      kind: "refused",
      code: "CONFLICT",
      reason: "The runtime name edge-1 is taken: another runtime has registered it. Give this one a name of its own.",
    });
    expect(leader.position).toEqual(before);
    expect(atomsOf(leader.directory, "edge-1")).toEqual(["a"]);
  });

  it("1: gives a name to another identity if the application says that it is that one's", () => {
    const { leader, register } = leaderOf();
    register(runtimeRecord("edge-1", "id-a", 7, [atomRecord("a")]));
    const decision = register(runtimeRecord("edge-1", "id-b", 1, [atomRecord("b")]), "id-b");
    expect(decision).toMatchObject({ kind: "registered", accepted: true, revision: 1 });
    expect(atomsOf(leader.directory, "edge-1")).toEqual(["b"]);
    expect(register(runtimeRecord("edge-1", "id-a", 8, []), "id-b")).toMatchObject({ code: "CONFLICT" });
  });

  it("2: refuses two atoms of one name in a runtime", () => {
    const { register } = leaderOf();
    const decision = register(runtimeRecord("edge-1", "id", 1, [atomRecord("a"), atomRecord("b"), atomRecord("a")]));
    expect(decision).toMatchObject({ kind: "refused", code: "CONFLICT", reason: expect.stringContaining("named a;") });
  });

  it("2: the same atom name in two runtimes is two atoms", () => {
    const { leader, register } = leaderOf();
    register(runtimeRecord("edge-1", "id-1", 1, [atomRecord("a")]));
    register(runtimeRecord("edge-2", "id-2", 1, [atomRecord("a")]));
    expect([...leader.directory.bare.exact("a")].sort()).toEqual(["edge-1/a", "edge-2/a"]);
  });

  it("refuses more atoms than a runtime may have", () => {
    const { register } = leaderOf();
    const atoms = Array.from({ length: ATOMS_PER_RUNTIME_MAX + 1 }, (_, i) => atomRecord(`a${i}`));
    expect(register(runtimeRecord("edge-1", "id", 1, atoms))).toMatchObject({ kind: "refused", code: "TOO_LARGE" });
  });

  it("3: takes the newest revision, whole; what it has seen or is older changes nothing", () => {
    const { leader, register } = leaderOf();
    const second = runtimeRecord("edge-1", "id", 2, [atomRecord("a", [["topic", "x"]]), atomRecord("b")]);
    register(second);
    const { version } = leader.position;
    expect(register(second)).toMatchObject({ accepted: true, revision: 2, changes: [] });
    expect(register(runtimeRecord("edge-1", "id", 1, []))).toMatchObject({ accepted: false, revision: 2, changes: [] });
    expect(leader.position.version).toBe(version);
    register(runtimeRecord("edge-1", "id", 3, [atomRecord("b")]));
    expect(atomsOf(leader.directory, "edge-1")).toEqual(["b"]);
    expect(leader.directory.scope("topic")).toBeUndefined();
  });

  it("3: a runtime that lost its storage learns the revision to go on from", () => {
    const { register } = leaderOf();
    register(runtimeRecord("edge-1", "id", 5, [atomRecord("a")]));
    expect(register(runtimeRecord("edge-1", "id", 5, [atomRecord("b")]))).toMatchObject({
      accepted: false,
      revision: 5,
    });
    expect(register(runtimeRecord("edge-1", "id", 6, [atomRecord("b")]))).toMatchObject({ accepted: true });
  });

  it("4: knows what the application plans until the runtime itself says more", () => {
    const { leader, register } = leaderOf();
    expect(atomsOf(leader.directory, "edge-1")).toEqual(["planned"]);
    register(runtimeRecord("edge-1", "id", 1, [atomRecord("real")]));
    leader.apply(leader.plan(planned));
    expect(atomsOf(leader.directory, "edge-1")).toEqual(["real"]);
  });

  it("4: drops a runtime that the application lists no longer, and refuses one that it does not list", () => {
    const { leader, register } = leaderOf();
    register(runtimeRecord("edge-2", "id", 1, [atomRecord("a", [["topic", "x"]])]));
    leader.apply(leader.plan(planned.slice(0, 2)));
    expect(atomsOf(leader.directory, "edge-2")).toBeUndefined();
    expect(leader.directory.bare.exact("a").size).toBe(0);
    expect(leader.directory.scope("topic")).toBeUndefined();
    expect(register(runtimeRecord("edge-2", "id", 2, []))).toMatchObject({
      kind: "refused",
      code: "DENIED",
      reason: expect.stringContaining("lists no runtime edge-2"),
    });
  });

  it("5: planning again what is planned makes no version", () => {
    const { leader } = leaderOf();
    expect(leader.plan(planned)).toEqual([]);
  });

  it("5: a version of another epoch is no version of this one", () => {
    const { leader } = leaderOf();
    expect(leader.updateSince({ epoch: "e0", version: leader.position.version }).kind).toBe("snapshot");
    expect(leader.updateSince({ epoch: "e1", version: leader.position.version + 1 }).kind).toBe("snapshot");
    expect(leader.updateSince(leader.position)).toMatchObject({ kind: "delta", changes: [] });
  });

  it("6: gives a snapshot to who is further behind than the log reaches", () => {
    const { leader, register } = leaderOf();
    const start = leader.position;
    for (let revision = 1; leader.position.version <= start.version + LOGGED_CHANGES_MAX; revision += 1) {
      register(runtimeRecord("edge-1", "id", revision, [atomRecord("a", [["n", String(revision)]])]));
    }
    expect(leader.updateSince(start).kind).toBe("snapshot");
    const near = { ...start, version: leader.position.version - LOGGED_CHANGES_MAX };
    expect(leader.updateSince(near)).toMatchObject({ kind: "delta", since: near.version });
  });
});

describe("a replica", () => {
  it("1: takes what it lacks of a repeated update, asks for what an update skips", () => {
    const { leader, register } = leaderOf();
    const replica = new Replica(runtimeName("edge-2"), new Directory());
    receive(replica, leader.updateSince(replica.position));
    const since = leader.position;
    register(runtimeRecord("edge-1", "id", 1, [atomRecord("a")]));
    const first = leader.updateSince(since);
    const between = leader.position;
    register(runtimeRecord("edge-1", "id", 2, [atomRecord("b")]));
    expect(replica.receive(leader.updateSince(between)).kind).toBe("gap");
    expect(receive(replica, first)).toBe(true);
    expect(replica.receive(first).kind).toBe("known");
    expect(receive(replica, leader.updateSince(since))).toBe(true);
    expect(replica.position).toEqual(leader.position);
    expect(atomsOf(replica.directory, "edge-1")).toEqual(["b"]);
  });

  it("1: goes over to the history of a leader that lost its storage", () => {
    const first = leaderOf();
    first.register(runtimeRecord("edge-1", "id", 1, [atomRecord("a")]));
    const replica = new Replica(runtimeName("edge-2"), new Directory());
    receive(replica, first.leader.updateSince(replica.position));
    const second = leaderOf(planned.slice(0, 2), "e2");
    expect(replica.receive(second.leader.updateSince(second.leader.position)).kind).toBe("gap");
    receive(replica, second.leader.updateSince(replica.position));
    expect(replica.position).toEqual(second.leader.position);
    expect(atomsOf(replica.directory, "edge-1")).toEqual(["planned"]);
  });

  it("2: has its own runtime as it stated it last, whatever the leader says", () => {
    const { leader, register } = leaderOf();
    const replica = new Replica(runtimeName("edge-2"), new Directory());
    const own = runtimeRecord("edge-2", "id", 3, [atomRecord("mine", [["topic", "x"]])]);
    replica.apply(replica.state(own));
    register(runtimeRecord("edge-2", "id", 2, [atomRecord("old")]));
    receive(replica, leader.updateSince(replica.position));
    expect(atomsOf(replica.directory, "edge-2")).toEqual(["mine"]);
    leader.apply(leader.plan(planned.slice(0, 2)));
    receive(replica, leader.updateSince(replica.position));
    expect(replica.position).toEqual(leader.position);
    expect([...(replica.directory.scope("topic")?.exact("x") ?? [])]).toEqual(["edge-2/mine"]);
  });

  it("3: answers from the plan until it first hears from the leader", () => {
    const replica = new Replica(runtimeName("edge-2"), new Directory());
    replica.apply(replica.plan(planned));
    expect(atomsOf(replica.directory, "edge-1")).toEqual(["planned"]);
    const { leader } = leaderOf(planned.slice(0, 1));
    receive(replica, leader.updateSince(replica.position));
    expect(atomsOf(replica.directory, "edge-1")).toBeUndefined();
    expect(replica.plan(planned)).toEqual([]);
  });

  const alias = fc.tuple(fc.constantFrom("topic", "region"), fc.constantFrom("x", "y", "z")) as fc.Arbitrary<Alias>;
  const atoms = fc
    .dictionary(fc.constantFrom("a", "b", "c"), fc.array(alias, { maxLength: 3 }), { maxKeys: 3 })
    .map((byName) => Object.entries(byName).map(([name, aliases]) => atomRecord(name, aliases)));
  const event = fc.oneof(
    fc.record({ kind: fc.constant("register" as const), runtime: fc.constantFrom("cloud", "edge-1", "edge-2"), atoms }),
    fc.record({ kind: fc.constant("plan" as const), listed: fc.constantFrom(1, 2, 3) }),
    fc.record({ kind: fc.constant("push" as const), back: fc.nat(8) }),
    fc.record({ kind: fc.constant("deliver" as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant("pull" as const) }),
  );

  it("1 and 2: converges to the leader over lost, repeated and reordered pushes (property)", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const { leader, register } = leaderOf();
        const replica = new Replica(runtimeName("edge-2"), new Directory());
        const inFlight: Update[] = [];
        let revision = 0;
        let own: RuntimeRecord = runtimeRecord("edge-2", "edge-2", 0, []);
        for (const each of events) {
          const before = replica.position;
          if (each.kind === "register") {
            const record = runtimeRecord(each.runtime, each.runtime, (revision += 1), each.atoms);
            if (each.runtime === "edge-2") replica.apply(replica.state((own = record)));
            register(record);
          } else if (each.kind === "plan") leader.apply(leader.plan(planned.slice(0, each.listed)));
          else if (each.kind === "push") inFlight.push(pushOf(leader, each.back));
          else if (each.kind === "pull") receive(replica, leader.updateSince(replica.position));
          else if (inFlight.length > 0) receive(replica, inFlight[each.which % inFlight.length] as Update);
          if (before.epoch !== "") expect(replica.position.version).toBeGreaterThanOrEqual(before.version);
        }
        replica.apply(replica.state(own));
        receive(replica, leader.updateSince(replica.position));
        expect(replica.position).toEqual(leader.position);
        expect(othersIn(replica.directory)).toEqual(othersIn(leader.directory));
        expect(atomsOf(replica.directory, "edge-2")).toEqual(own.atoms.map((atom) => atom.name).sort());
      }),
      { numRuns: 300 },
    );
  });
});

/** A push that starts some versions back, as one does that was made for a follower further behind. */
function pushOf(leader: Leader, back: number): Update {
  const { epoch, version } = leader.position;
  return leader.updateSince({ epoch, version: Math.max(0, version - back) });
}

function othersIn(directory: Directory): RuntimeRecord[] {
  return directory.records().filter((record) => record.runtime !== "edge-2");
}

describe("a directory", () => {
  it("3: applying changes again changes nothing, so a commit may be repeated after a crash", () => {
    const { leader, register } = leaderOf();
    const decision = register(runtimeRecord("edge-1", "id", 1, [atomRecord("a", [["topic", "x"]])]));
    const changes: readonly Change[] = decision.kind === "registered" ? decision.changes : [];
    const before = leader.directory.records();
    for (const change of changes) leader.directory.apply(change);
    expect(leader.directory.records()).toEqual(before);
    expect([...(leader.directory.scope("topic")?.exact("x") ?? [])]).toEqual(["edge-1/a"]);
  });
});
