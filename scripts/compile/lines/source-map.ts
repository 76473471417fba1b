/** The lines of a module from its source map, in which all code is one line and an offset in the module is a column. */
import { decode } from "@jridgewell/sourcemap-codec";
import { z } from "zod";
import { indexModule } from "../metering/module-index.ts";
import { clipped, extentsOf, type CodeLines, type Extent, type Place, type Row } from "./code-lines.ts";

const mapSchema = z.object({ sources: z.array(z.string()), mappings: z.string() });

/** `nameOf`: a source's name relative to the formula's folder, or undefined for those that are not of the formula. */
export function linesOfMap(map: string, wasm: Uint8Array, nameOf: (source: string) => string | undefined): CodeLines {
  const names = mapSchema.parse(JSON.parse(map)).sources.map(nameOf);
  const places = new Map<string, Place>();
  const placeAt = (source: number, line: number): Place | undefined => {
    const file = names[source];
    if (file === undefined) return undefined;
    const place = places.get(`${source}:${line}`) ?? { file, line: line + 1 };
    places.set(`${source}:${line}`, place);
    return place;
  };
  return mappedLines(map, extentsOf(indexModule(wasm)), placeAt);
}

/** `placeAt`: by the number of a source and that of a line in it, which count from 0. */
export function mappedLines(
  map: string,
  extents: readonly Extent[],
  placeAt: (source: number, line: number) => Place | undefined,
): CodeLines {
  const segments = decode(mapSchema.parse(JSON.parse(map)).mappings)[0] ?? [];
  const rows = segments.map(([offset, source, line]): Row => {
    const isPlaced = source !== undefined && line !== undefined;
    return { offset, place: isPlaced ? placeAt(source, line) : undefined };
  });
  return clipped(rows, extents);
}
