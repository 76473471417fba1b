/**
 * The seam between the loop of an atom and what it runs. Implementations: compiled modules (`instance.ts`), and the
 * scripts of the simulator (`test/simulation/scripted-program.ts`).
 */
import type { Failure } from "../core/errors.ts";
import type { Guest } from "./guest.ts";
import type { SourceLines } from "./source-lines.ts";

export interface Program {
  /** What keeps it from being loaded for this guest, if anything. */
  check(guest: Guest): Failure | undefined;
  /** Makes an instance and attaches it to the guest; throws if it cannot be linked. */
  instantiate(guest: Guest): void;
  /** Where its code comes from, as far as the build knew. Reading it takes a while: it is asked for once the guest has trapped. */
  sourceLines?(): SourceLines | undefined;
}
