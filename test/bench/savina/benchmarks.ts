/**
 * Seven micro-benchmarks and concurrency benchmarks of the Savina suite (Imam and Sarkar, "Savina: An Actor Benchmark Suite", 2014), with what
 * each is made of. Their sizes are smaller than the suite's, because an atom is durable and an object has a database of its own.
 */
import path from "node:path";
import type { BenchAtom } from "../formula-text.ts";

export interface Benchmark {
  readonly name: string;
  /** The atom that is asked with `each`, and replies with the microseconds it took. */
  readonly master: string;
  readonly actors: number;
  /** Balls, hops, messages a worker, pings a node, transfers: what the benchmark repeats. */
  readonly each: number;
  /** How many messages that makes. */
  readonly messages: (each: number) => number;
  /** The atoms of a runtime. */
  readonly atoms: readonly BenchAtom[];
  /** False for what measures the making of actors. */
  readonly warm: boolean;
}

const ATOMS = path.join(import.meta.dirname, "atoms");
const RING = 100;
const WORKERS = 60;
const CREATED = 300;
const NODES = 60;
const ACCOUNTS = 100;

function atom(name: string, source: string, config: Readonly<Record<string, string>> = {}): BenchAtom {
  return { name, source: path.join(ATOMS, `${source}.ts`), config };
}

function crowd(size: number, prefix: string, make: (name: string, index: number) => BenchAtom): BenchAtom[] {
  return Array.from({ length: size }, (_, index) => make(numbered(prefix, index), index));
}

function numbered(prefix: string, index: number): string {
  return `${prefix}-${String(index).padStart(3, "0")}`;
}

function forked(workers: number): readonly BenchAtom[] {
  return [
    atom("forker", "forker", { workers: String(workers) }),
    ...crowd(workers, "worker", (name) => atom(name, "worker")),
  ];
}

export const BENCHMARKS: readonly Benchmark[] = [
  {
    name: "ping-pong",
    master: "ping",
    actors: 2,
    each: 2_000,
    messages: (each) => 2 * each,
    atoms: [atom("ping", "ping"), atom("pong", "pong")],
    warm: true,
  },
  {
    name: "thread-ring",
    master: numbered("ring", 0),
    actors: RING,
    each: 20 * RING,
    messages: (each) => each,
    atoms: crowd(RING, "ring", (name, index) => atom(name, "ring", { next: numbered("ring", (index + 1) % RING) })),
    warm: true,
  },
  {
    name: "counting",
    master: "forker",
    actors: 1,
    each: 100_000,
    messages: (each) => each,
    atoms: forked(1),
    warm: true,
  },
  {
    name: "fork-join-throughput",
    master: "forker",
    actors: WORKERS,
    each: 500,
    messages: (each) => WORKERS * each,
    atoms: forked(WORKERS),
    warm: true,
  },
  {
    name: "fork-join-create",
    master: "forker",
    actors: CREATED,
    each: 1,
    messages: (each) => CREATED * each,
    atoms: forked(CREATED),
    warm: false,
  },
  {
    name: "big",
    master: "big",
    actors: NODES,
    each: 50,
    messages: (each) => NODES * each * 2,
    atoms: [
      atom("big", "big", { nodes: String(NODES) }),
      ...crowd(NODES, "node", (name) => atom(name, "node", { nodes: String(NODES) })),
    ],
    warm: true,
  },
  {
    name: "bank-transaction",
    master: "teller",
    actors: ACCOUNTS,
    each: 1_000,
    messages: (each) => each * 4,
    atoms: [
      atom("teller", "teller", { accounts: String(ACCOUNTS) }),
      ...crowd(ACCOUNTS, "account", (name) => atom(name, "account")),
    ],
    warm: true,
  },
];
