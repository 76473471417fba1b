/** Two objects that talk by RPC, one message at a time: `sender` measures, `receiver` answers. */
import { DurableObject } from "cloudflare:workers";
import { rate } from "./rate.ts";

interface Env {
  readonly PEER: DurableObjectNamespace<Peer>;
}

const MESSAGE = new Uint8Array(64).fill(7);

export class Peer extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  #count = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec("create table if not exists messages(number integer primary key, body blob)");
    this.#sql.exec("create table if not exists counters(name text primary key, count integer) without rowid");
    for (const row of this.#sql.exec<{ count: number }>("select count from counters")) this.#count = row.count;
  }

  // ---- The receiver

  echo(message: Uint8Array): Uint8Array {
    return message;
  }

  /** The answer leaves once the row is durable: the output gate sees to it. */
  store(message: Uint8Array): void {
    this.#sql.exec("insert into messages(body) values(?)", message);
  }

  forget(): void {
    this.#sql.exec("delete from messages");
  }

  count(): number {
    this.#count += 1;
    this.#sql.exec("insert or replace into counters values('count', ?)", this.#count);
    return this.#count;
  }

  // ---- The sender

  async timeEchoes(ms: number): Promise<{ us: number }> {
    const receiver = this.env.PEER.getByName("receiver");
    const perSecond = await rate(ms, () => receiver.echo(MESSAGE));
    return { us: 1e6 / perSecond };
  }

  async timeStored(ms: number): Promise<{ perSecond: number }> {
    const receiver = this.env.PEER.getByName("receiver");
    const perSecond = await rate(ms, () => receiver.store(MESSAGE));
    await receiver.forget();
    return { perSecond };
  }
}
