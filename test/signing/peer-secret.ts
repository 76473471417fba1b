/** The secrets of runtimes that share keys. */

/** Key material that is different for each text. */
function keyText(text: string): string {
  return btoa(text.padEnd(32, ".").slice(0, 32)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The secret of a runtime with keys for one peer, the newest first; a key's id is its text. */
export function secretOf(runtime: string, peer: string, ...keys: readonly string[]): string {
  return secretFor(runtime, [peer], keys);
}

export function secretFor(runtime: string, peers: readonly string[], keys: readonly string[]): string {
  const ofEach = keys.map((id) => ({ id, key: keyText(id) }));
  return JSON.stringify({ runtime, parts: 1, peers: Object.fromEntries(peers.map((peer) => [peer, ofEach])) });
}
