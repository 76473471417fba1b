/**
 * The ids of the requests that an object took, so that none is taken twice: whoever recorded one, a proxy with its logs for
 * instance, must neither repeat what it did nor read its answer again.
 *
 * Invariants
 * 1. An id is in the object's SQLite before anything of its request leaves the object, so it is known after a crash as well.
 * 2. It is kept as long as its token could be good by any clock, and then forgotten.
 * 3. At most IDS_MAX are kept: past that the object is busy, it never forgets one early.
 */
import type { RuntimeName } from "../core/names.ts";
import { refused, type Refusal } from "./refusal.ts";
import { TOKEN_KNOWN_MS } from "./token.ts";

/** A busy pair of atoms exchanges some hundred batches a second. */
export const IDS_MAX = 50_000;
const SWEEP_EVERY_MS = 10_000;
const TABLE =
  "CREATE TABLE IF NOT EXISTS signed_requests (issuer TEXT, id TEXT, until_ms REAL NOT NULL, PRIMARY KEY (issuer, id)) WITHOUT ROWID";

/** What an object has to know of the signed request that a call comes from. */
export interface Stamp {
  readonly issuer: RuntimeName;
  readonly id: string;
  readonly signedAtMs: number;
}

export class ReplayGuard {
  readonly #sql: Pick<SqlStorage, "exec">;
  #count: number | undefined;
  #sweepAtMs = 0;

  constructor(sql: Pick<SqlStorage, "exec">) {
    this.#sql = sql;
  }

  /** Takes note of the request, or says why it is not taken. */
  admit({ issuer, id, signedAtMs }: Stamp, nowMs: number): Refusal | undefined {
    this.#sweep(nowMs);
    if ((this.#count ?? 0) >= IDS_MAX) {
      const reason = `More than ${IDS_MAX} signed requests within ${TOKEN_KNOWN_MS / 1_000} s: try again later.`;
      return refused("BUSY", reason);
    }
    const untilMs = Math.max(signedAtMs, nowMs) + TOKEN_KNOWN_MS;
    const added = this.#sql.exec(
      "INSERT INTO signed_requests VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
      issuer,
      id,
      untilMs,
    );
    if (added.toArray().length === 0) {
      return refused(
        "REPLAYED",
        `The request ${id} of ${issuer} was taken already: it is refused when it comes again.`,
      );
    }
    this.#count = (this.#count ?? 0) + 1;
    return undefined;
  }

  #sweep(nowMs: number): void {
    if (this.#count !== undefined && nowMs < this.#sweepAtMs) return;
    if (this.#count === undefined) this.#sql.exec(TABLE);
    this.#sweepAtMs = nowMs + SWEEP_EVERY_MS;
    this.#sql.exec("DELETE FROM signed_requests WHERE until_ms < ?", nowMs);
    const [row] = this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM signed_requests").toArray();
    this.#count = row?.count ?? 0;
  }
}
