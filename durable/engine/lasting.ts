/**
 * What an atom's instances have in common. The atom's runner keeps it and hands it to each of them, so that one which traps again and
 * again does not begin anew what is bounded, or told once, for all of them.
 */
import { FetchesUnderWay } from "./fetches-under-way.ts";
import { Slice } from "./slice.ts";

export class Lasting {
  readonly slice: Slice;
  readonly fetches = new FetchesUnderWay();
  /** True once the log says that an atom has no files. */
  toldOfFiles = false;

  constructor(monotonic: () => number) {
    this.slice = new Slice(monotonic);
  }
}
