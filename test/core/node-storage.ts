/** The SQL of a Durable Object's storage, on Node's own SQLite. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";

export function storageOn(database: DatabaseSync): Pick<DurableObjectStorage, "sql" | "transactionSync"> {
  const exec = (query: string, ...bindings: SQLInputValue[]) => {
    if (bindings.length === 0 && query.includes(";")) return database.exec(query);
    const rows = database.prepare(query).all(...bindings);
    return Object.assign(rows, { toArray: () => rows });
  };
  const transactionSync = <T>(closure: () => T): T => {
    database.exec("BEGIN");
    try {
      const value = closure();
      database.exec("COMMIT");
      return value;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  };
  return { sql: { exec } as unknown as SqlStorage, transactionSync };
}
