/** The lines of a module from its source map, in which all code is one line and an offset in the module is a column. */
import { decode } from "@jridgewell/sourcemap-codec";
import { z } from "zod";
import { indexModule } from "../metering/module-index.ts";
import { clipped, extentsOf, type CodeLines, type Place, type Row } from "./code-lines.ts";

const mapSchema = z.object({ sources: z.array(z.string()), mappings: z.string() });

/** `nameOf`: a source's name relative to the formula's folder, or undefined for those that are not of the formula. */
export function linesOfMap(map: string, wasm: Uint8Array, nameOf: (source: string) => string | undefined): CodeLines {
  const { sources, mappings } = mapSchema.parse(JSON.parse(map));
  const places = new Map<string, Place>();
  const placeAt = (source: number, line: number): Place | undefined => {
    const file = nameOf(sources[source] ?? "");
    if (file === undefined) return undefined;
    const key = `${source}:${line}`;
    const place = places.get(key) ?? { file, line };
    places.set(key, place);
    return place;
  };
  const rows = (decode(mappings)[0] ?? []).map(([offset, source, line]): Row => ({
    offset,
    place: source === undefined || line === undefined ? undefined : placeAt(source, line + 1),
  }));
  return clipped(rows, extentsOf(indexModule(wasm)));
}
