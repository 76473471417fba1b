/**
 * The ids of the requests that an object took, so that none is taken twice: whoever recorded one, a proxy with its logs for
 * instance, must neither repeat what it did nor read its answer again.
 *
 * Invariants
 * 1. An id is in the object's SQLite before anything of its request leaves the object, so it is known after a crash as well.
 * 2. It is kept until its token can be good no more by the clock of this object, and then forgotten.
 * 3. At most IDS_MAX are kept: past that the object is busy, it never forgets one early.
 */
import type { RuntimeName } from "../core/names.ts";
import { refused, type Refusal } from "./refusal.ts";
import { TOKEN_KNOWN_MS } from "./token.ts";

/** More than an object can take in the time for which it has to know them. */
export const IDS_MAX = 500_000;
/** Often, so that little has to be forgotten at a time. */
const SWEEP_EVERY_MS = 1_000;
/** When a token ends follows from itself, so a repetition has the same row, and what ended stands at the front. */
const TABLE =
  "CREATE TABLE IF NOT EXISTS signed_requests (until_ms INTEGER, issuer TEXT, id TEXT, PRIMARY KEY (until_ms, issuer, id)) WITHOUT ROWID";

/** What an object has to know of the signed request that a call comes from. */
export interface Stamp {
  readonly issuer: RuntimeName;
  readonly id: string;
  readonly signedAtMs: number;
}

export class ReplayGuard {
  readonly #sql: Pick<SqlStorage, "exec">;
  readonly #idsMax: number;
  #count = 0;
  #sweepAtMs: number | undefined;

  constructor(sql: Pick<SqlStorage, "exec">, idsMax = IDS_MAX) {
    this.#sql = sql;
    this.#idsMax = idsMax;
  }

  /** Takes note of the request, or says why it is not taken. */
  admit({ issuer, id, signedAtMs }: Stamp, nowMs: number): Refusal | undefined {
    this.#sweep(nowMs);
    if (this.#count >= this.#idsMax) {
      const reason = `More than ${this.#idsMax} signed requests within ${TOKEN_KNOWN_MS / 1_000} s: try again later.`;
      return refused("BUSY", reason);
    }
    const untilMs = signedAtMs + TOKEN_KNOWN_MS;
    const insert = "INSERT INTO signed_requests VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id";
    if (this.#sql.exec(insert, untilMs, issuer, id).toArray().length === 0) {
      return refused(
        "REPLAYED",
        `The request ${id} of ${issuer} was taken already: it is refused when it comes again.`,
      );
    }
    this.#count += 1;
    return undefined;
  }

  #sweep(nowMs: number): void {
    if (this.#sweepAtMs === undefined) this.#open();
    else if (nowMs < this.#sweepAtMs) return;
    this.#sweepAtMs = nowMs + SWEEP_EVERY_MS;
    const ended = "DELETE FROM signed_requests WHERE until_ms < ? RETURNING 1";
    this.#count -= this.#sql.exec(ended, nowMs).toArray().length;
  }

  #open(): void {
    this.#sql.exec(TABLE);
    const [row] = this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM signed_requests").toArray();
    this.#count = row?.count ?? 0;
  }
}
