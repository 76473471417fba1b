/** The storage of a loaded atom, seen without its module: by it the atom's state comes and goes. */
import { DurableObject } from "cloudflare:workers";
import { stateRows, takeRows, type StateRows } from "./state-rows.ts";

export class StateKeeper extends DurableObject {
  take(rows: StateRows): void {
    takeRows(this.ctx.storage.sql, rows);
  }

  /** Hands over all of the state, piece by piece. */
  async give(take: (rows: StateRows) => Promise<void>): Promise<void> {
    for (const rows of stateRows(this.ctx.storage.sql)) await take(rows);
  }
}
