/**
 * Rendezvous hashing (highest random weight): which of several candidates an asker is given.
 * D. G. Thaler and C. V. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM Transactions on
 * Networking 6(1), 1998.
 *
 * Invariants
 * 1. The same asker and the same candidates give the same choice, in every runtime and in every order of the candidates.
 * 2. A candidate that comes takes askers only to itself; one that goes gives away only its own askers.
 * 3. Many askers spread evenly over the candidates.
 */

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The candidate with the highest weight for this asker; undefined where there is none. */
export function rendezvous<T extends string>(asker: string, candidates: Iterable<T>): T | undefined {
  const seed = fnv1a(`${asker}\n`, FNV_OFFSET_BASIS);
  let best: T | undefined;
  let bestWeight = -1;
  for (const candidate of candidates) {
    const weight = mix(fnv1a(candidate, seed));
    if (weight < bestWeight) continue;
    // Equal weights are told apart by name, so that the order of the candidates never matters.
    if (weight === bestWeight && best !== undefined && candidate > best) continue;
    best = candidate;
    bestWeight = weight;
  }
  return best;
}

/** All candidates, the one with the highest weight for this asker first. */
export function ranked<T extends string>(asker: string, candidates: Iterable<T>): T[] {
  const seed = fnv1a(`${asker}\n`, FNV_OFFSET_BASIS);
  const weighed = [...candidates].map((candidate) => ({ candidate, weight: mix(fnv1a(candidate, seed)) }));
  weighed.sort((a, b) => b.weight - a.weight || (a.candidate < b.candidate ? -1 : 1));
  return weighed.map(({ candidate }) => candidate);
}

/** FNV-1a over UTF-16 code units, which for names are their bytes. */
function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}

/** The finalizer of MurmurHash3: FNV alone leaves weights of names that end alike too close to each other. */
function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
