import { receive } from "radon-as";
import { countMigration, enter } from "./ledger";
import { VERSION } from "./version";

/** A module that does not use its version would be the same one in every version. */
export const version: i32 = VERSION;

export function migrate(): void {
  countMigration();
}

export function invoke(): void {
  const order = receive();
  if (order) enter(order.text);
}
