/**
 * The name of a runtime's Worker.
 *
 * Invariants
 * 1. It is a label of a host name: 63 of a-z, 0-9 and single inner hyphens, but for the two between the application and the runtime.
 * 2. Two runtimes never share one: what does not go into it as it is gets a hash of the whole.
 */
import { sha256 } from "../../compile/file-hashes.ts";

const LENGTH_MAX = 63;
const HASH_LENGTH = 8;
const PLAIN = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export function workerName(app: string, runtime: string): string {
  const plain = `${app}--${runtime}`;
  // A label that begins with xn-- is the punycode of another one.
  if (PLAIN.test(app) && PLAIN.test(runtime) && app !== "xn" && plain.length <= LENGTH_MAX) return plain;
  const readable = plain.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const short = readable.slice(0, LENGTH_MAX - HASH_LENGTH - 1).replace(/^-+|-+$/g, "");
  return `${short === "" ? "radon" : short}-${sha256(plain).slice(0, HASH_LENGTH)}`;
}
