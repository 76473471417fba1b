/**
 * Carries lines through binaryen, which changes all code.
 *
 * Invariants
 * 1. It knows source maps. It is given one in which a "line" is the number of a place, so that places come back with all that they were
 *    inlined into.
 * 2. Of a function that it inlined, the line that called it would be lost. So the formula's functions, and those that they call, are kept
 *    apart: they are named so that one pattern matches them, and named back afterwards.
 */
import { encode } from "@jridgewell/sourcemap-codec";
import { functionNames, withFunctionNames } from "../function-names.ts";
import { readBodies, type FunctionBody } from "../metering/function-body.ts";
import { indexModule } from "../metering/module-index.ts";
import { extentsOf, ownFunctions, placesBy, type CodeLines, type Extent, type Place } from "./code-lines.ts";
import { instructionsOf } from "./instructions-of.ts";
import { mappedLines } from "./source-map.ts";

/** What functions are named by, in front of their names. */
const OWN = "radon:apart:own:";
const CALLED = "radon:apart:called:";
const APART = /^radon:apart:(?:own|called):/;

type Segment = [offset: number] | [offset: number, source: number, number: number, column: number];

export class CarriedLines {
  /** The module and its source map, for the optimizer. */
  readonly wasm: Uint8Array;
  readonly map: string;
  /** What it is not to do. */
  readonly args: readonly string[] = ["--no-inline=radon:apart:*"];
  readonly #numbers = new Map<Place, number>();

  constructor(wasm: Uint8Array, lines: CodeLines) {
    const module = indexModule(wasm);
    const bodies = readBodies(module);
    const extents = extentsOf(module);
    const own = ownFunctions(lines, extents);
    const apart = prefixes(bodies, own, module.importedFunctions.length);
    this.wasm = withFunctionNames(wasm, (name, index) => (apart.get(index) ?? "") + name);
    const ownExtents = extents.filter((_, index) => own[index]);
    const segments = this.#segments(wasm, lines, ownExtents);
    this.map = JSON.stringify({ version: 3, sources: ["places"], names: [], mappings: encode([segments]) });
  }

  /** What the optimizer made of them. */
  back(wasm: Uint8Array, map: string): { readonly wasm: Uint8Array; readonly lines: CodeLines } {
    const places = [...this.#numbers.keys()];
    const module = indexModule(wasm);
    const names = functionNames(module);
    const extents = extentsOf(module).map((extent, index) => {
      const name = names.get(module.importedFunctions.length + index);
      return { ...extent, isOwn: name?.startsWith(OWN) === true };
    });
    const lines = mappedLines(map, extents, (_, number) => places[number - 1]);
    return { wasm: withFunctionNames(wasm, (name) => name.replace(APART, "")), lines };
  }

  /** One for each instruction of the formula's functions: the optimizer takes a place as that of a single one, and guesses the others. */
  #segments(bytes: Uint8Array, lines: CodeLines, extents: readonly Extent[]): Segment[] {
    const placeAt = placesBy(lines);
    return extents.flatMap((extent) =>
      [...instructionsOf(bytes, extent)].map(({ at }): Segment => {
        const place = placeAt(at);
        return typeof place === "object" ? [at, 0, this.#numberOf(place), 0] : [at];
      }),
    );
  }

  #numberOf(place: Place): number {
    // The optimizer takes the first line for one that is told already.
    const number = this.#numbers.get(place) ?? this.#numbers.size + 1;
    this.#numbers.set(place, number);
    return number;
  }
}

/** By the indices of the functions that are kept apart. */
function prefixes(bodies: readonly FunctionBody[], own: readonly boolean[], imported: number): Map<number, string> {
  const apart = new Map<number, string>();
  const ownBodies = bodies.filter((_, index) => own[index]);
  for (const { sites } of ownBodies) {
    for (const site of sites) if (site.kind === "function") apart.set(site.index, CALLED);
  }
  for (const index of bodies.keys()) if (own[index] === true) apart.set(imported + index, OWN);
  return apart;
}
