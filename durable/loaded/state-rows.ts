/** The state of an atom as rows of its tables, in pieces that can be handed from one object to another. */
import { createTable, STORE_TABLES } from "../sqlite-tables.ts";

/** Of values, before the next piece begins. */
const PIECE_BYTES = 1024 * 1024;
const VALUE_BYTES = 16;

export interface StateRows {
  readonly table: string;
  readonly rows: readonly (readonly SqlStorageValue[])[];
}

/** All of the state. Nothing may write to the tables before the last piece was taken. */
export function* stateRows(sql: SqlStorage): Iterable<StateRows> {
  for (const table of tablesOf(sql)) {
    let rows: SqlStorageValue[][] = [];
    let bytes = 0;
    for (const row of sql.exec(`SELECT * FROM ${table}`).raw()) {
      rows.push(row);
      bytes += row.reduce<number>((sum, value) => sum + sizeOf(value), 0);
      if (bytes < PIECE_BYTES) continue;
      yield { table, rows };
      [rows, bytes] = [[], 0];
    }
    yield { table, rows };
  }
}

export function takeRows(sql: SqlStorage, { table, rows }: StateRows): void {
  const known = STORE_TABLES.find((each) => each === table);
  if (known === undefined) throw new Error(`An atom's state has no table "${table}".`);
  sql.exec(createTable(known));
  for (const row of rows) sql.exec(`INSERT INTO ${known} VALUES (${row.map(() => "?").join(", ")})`, ...row);
}

export function dropState(sql: SqlStorage): void {
  for (const table of tablesOf(sql)) sql.exec(`DROP TABLE ${table}`);
}

function tablesOf(sql: SqlStorage): readonly string[] {
  const there = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
  const names = new Set(there.map(({ name }) => name));
  return STORE_TABLES.filter((table) => names.has(table));
}

function sizeOf(value: SqlStorageValue): number {
  if (value instanceof ArrayBuffer) return value.byteLength;
  return typeof value === "string" ? value.length : VALUE_BYTES;
}
