/** `env`: what AssemblyScript's own runtime imports. */
import type { EnvImplementations } from "../abi.ts";
import type { Guest } from "../guest.ts";
import { GuestFault } from "../memory.ts";

const TEXT_CHARS_MAX = 2_000;

export function assemblyScriptImports(guest: Guest): EnvImplementations {
  return {
    abort: (message, file, line, column) => {
      const what = readManagedString(guest, message) || "abort";
      const where = readManagedString(guest, file);
      throw new GuestFault(where ? `${what} (${where}:${line}:${column})` : what);
    },
    seed: () => {
      const bytes = new Uint8Array(4);
      guest.host.fillRandom(bytes);
      return new DataView(bytes.buffer).getUint32(0, true);
    },
  };
}

/** An AssemblyScript string: UTF-16, its length in bytes in the four bytes in front of it. */
function readManagedString(guest: Guest, ptr: number): string {
  if (ptr >>> 0 < 4) return "";
  guest.memory.check(ptr - 4, 4);
  const bytes = guest.memory.view.getUint32((ptr >>> 0) - 4, true);
  return new TextDecoder("utf-16le").decode(guest.memory.read(ptr, Math.min(bytes, TEXT_CHARS_MAX * 2)));
}
