/**
 * The benchmarks in bare Durable Objects, as they are written by hand: an actor is an object, a message an RPC that is awaited before the
 * next one leaves. A durable actor stores each message in a row, and its state in another, before it answers.
 */
import { DurableObject } from "cloudflare:workers";

export interface Env {
  readonly ACTOR: DurableObjectNamespace<Actor>;
}

const MESSAGE = new Uint8Array(64);

export class Actor extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  #state = 0;
  #back: (() => void) | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec("create table if not exists messages(number integer primary key, body blob)");
    this.#sql.exec("create table if not exists state(name text primary key, value integer) without rowid");
  }

  /** Handles a message: the state changes by `amount`. */
  take(message: Uint8Array, amount: number, durable: boolean): void {
    this.#state += amount;
    if (!durable) return;
    this.#sql.exec("insert into messages(body) values(?)", message);
    this.#sql.exec("insert or replace into state values('state', ?)", this.#state);
  }

  /** Ping pong. */
  async play(balls: number, durable: boolean): Promise<void> {
    const pong = this.#actor("pong");
    for (let left = balls; left > 0; left -= 1) {
      await pong.take(MESSAGE, 1, durable);
      this.take(MESSAGE, 1, durable);
    }
  }

  /** Thread ring: resolves once the token is back. */
  async sendRound(hops: number, size: number, durable: boolean): Promise<void> {
    const back = new Promise<void>((resolve) => {
      this.#back = resolve;
    });
    this.pass(0, hops, size, durable);
    await back;
  }

  /** Answers before the next one has the token, so that no chain of calls grows with the hops. */
  pass(at: number, hops: number, size: number, durable: boolean): void {
    this.take(MESSAGE, 1, durable);
    const next = (at + 1) % size;
    if (hops > 0) this.ctx.waitUntil(this.#actor(`ring-${next}`).pass(next, hops - 1, size, durable));
    else this.#back?.();
  }

  /** Counting, fork-join throughput and create: `each` messages to each of so many workers. */
  async fork(workers: number, each: number, durable: boolean): Promise<void> {
    const feed = async (_: unknown, index: number): Promise<void> => {
      const worker = this.#actor(`worker-${index}`);
      for (let left = each; left > 0; left -= 1) await worker.take(MESSAGE, 1, durable);
    };
    await Promise.all(Array.from({ length: workers }, feed));
  }

  /** Big: every node pings nodes at random. */
  async big(nodes: number, each: number, durable: boolean): Promise<void> {
    const play = (_: unknown, index: number) => this.#actor(`node-${index}`).pingOthers(nodes, each, durable);
    await Promise.all(Array.from({ length: nodes }, play));
  }

  async pingOthers(nodes: number, each: number, durable: boolean): Promise<void> {
    for (let left = each; left > 0; left -= 1) {
      await this.#actor(`node-${random(nodes)}`).take(MESSAGE, 1, durable);
      this.take(MESSAGE, 1, durable);
    }
  }

  /** Bank transaction: all transfers at once. */
  async bank(accounts: number, transfers: number, durable: boolean): Promise<void> {
    const transfer = () => {
      const from = random(Math.floor(accounts / 10) * 8);
      const to = from + 1 + random(accounts - from - 1);
      return this.#actor(`account-${from}`).transfer(to, random(1_000), durable);
    };
    await Promise.all(Array.from({ length: transfers }, transfer));
  }

  async transfer(to: number, amount: number, durable: boolean): Promise<void> {
    this.take(MESSAGE, -amount, durable);
    await this.#actor(`account-${to}`).take(MESSAGE, amount, durable);
  }

  #actor(name: string): DurableObjectStub<Actor> {
    return this.env.ACTOR.getByName(name);
  }
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
