import { receive } from "radon-as";
import { countMigration, enter } from "./ledger";
import { VERSION } from "./version";

export const version: i32 = VERSION;

export function migrate(): void {
  countMigration();
}

export function invoke(): void {
  for (let order = receive(); order; order = receive()) enter(order.text);
}
