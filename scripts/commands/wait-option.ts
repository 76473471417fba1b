/** `--wait`: how long commands wait for a runtime that was deployed. */
import { InvalidArgumentError } from "commander";

/** A host name that is new takes about this long to be known everywhere. */
export const WAIT_S_DEFAULT = 60;
const WAIT_S_MAX = 3_600;

export function seconds(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= WAIT_S_MAX) return number;
  throw new InvalidArgumentError(`Whole seconds from 0 to ${WAIT_S_MAX} are expected.`);
}
