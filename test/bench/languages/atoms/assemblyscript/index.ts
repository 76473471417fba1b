import { kv, Message, receive } from "radon-as";

const VALUE = new Uint8Array(64);

/** Asked "put N", it stores N values; asked "kernel N", it computes; any other payload it replies. */
export function invoke(): void {
  const message = receive();
  if (!message) return;
  const bytes = message.bytes;
  if (bytes.length == 64) message.reply(bytes);
  else answer(message, message.text);
}

function answer(message: Message, text: string): void {
  const at = text.indexOf(" ");
  const number = I32.parseInt(text.substring(at + 1));
  if (text.startsWith("put ")) message.reply(putAll(number));
  else if (text.startsWith("kernel ")) message.reply(fannkuch(number));
  else message.fail("Send it put N, kernel N, or 64 bytes.");
}

function putAll(count: i32): i32 {
  for (let i = 0; i < count; i++) assert(kv.put(i, VALUE));
  return count;
}

/**
 * Reverses prefixes of all permutations of n numbers: the checksum of how often, and the most for one. Each checked access would be a call,
 * which in a loop like this one costs ten times the access.
 */
function fannkuch(n: i32): string {
  const perm = new StaticArray<i32>(n);
  const first = new StaticArray<i32>(n);
  const count = new StaticArray<i32>(n);
  for (let i = 0; i < n; i++) unchecked((first[i] = i));
  let checksum = 0;
  let most = 0;
  let even = true;
  let r = n;
  while (true) {
    for (; r != 1; r--) unchecked((count[r - 1] = r));
    for (let i = 0; i < n; i++) unchecked((perm[i] = first[i]));
    const flips = flipsOf(perm);
    if (flips > most) most = flips;
    checksum += even ? flips : -flips;
    even = !even;
    while (true) {
      if (r == n) return `${checksum} ${most}`;
      const moved = unchecked(first[0]);
      for (let i = 0; i < r; i++) unchecked((first[i] = first[i + 1]));
      unchecked((first[r] = moved));
      if (unchecked(--count[r]) > 0) break;
      r++;
    }
  }
}

function flipsOf(perm: StaticArray<i32>): i32 {
  let flips = 0;
  for (let k = unchecked(perm[0]); k != 0; k = unchecked(perm[0])) {
    for (let i = 0, j = k; i < j; i++, j--) {
      const swapped = unchecked(perm[i]);
      unchecked((perm[i] = perm[j]));
      unchecked((perm[j] = swapped));
    }
    flips++;
  }
  return flips;
}
