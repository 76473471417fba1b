/** What an atom's object is given to load, as one body: the settings and the module. */
import { fromUtf8, utf8 } from "../core/bytes.ts";
import type { LoadSettings } from "../core/loaded-atom.ts";

export const LOADED_ROUTE = "/loaded";
const LENGTH_BYTES = 4;

export function encodeLoad(settings: LoadSettings, module: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = utf8(JSON.stringify(settings));
  const body = new Uint8Array(LENGTH_BYTES + json.length + module.length);
  new DataView(body.buffer).setUint32(0, json.length, true);
  body.set(json, LENGTH_BYTES);
  body.set(module, LENGTH_BYTES + json.length);
  return body;
}

export function decodeLoad(body: Uint8Array): { readonly settings: LoadSettings; readonly module: Uint8Array } {
  const end = LENGTH_BYTES + new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  return {
    settings: JSON.parse(fromUtf8(body.subarray(LENGTH_BYTES, end))) as LoadSettings,
    module: body.subarray(end),
  };
}
