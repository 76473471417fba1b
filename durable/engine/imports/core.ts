/** `radon:core`: bytes that wait, errors, configuration, log, clocks, sleeping. */
import { failure } from "../../core/errors.ts";
import { fromUtf8, utf8 } from "../../core/bytes.ts";
import { LOG_LINE_BYTES_MAX } from "../../core/limits.ts";
import type { Implementations } from "../abi.ts";
import type { Guest } from "../guest.ts";
import { LOG_LEVELS } from "../host.ts";
import { deadlineAfter } from "../time.ts";

export function coreImports(guest: Guest): Implementations<"radon:core"> {
  const { host } = guest;
  return {
    take: (ptr, cap) => {
      guest.memory.check(ptr, cap);
      const bytes = guest.slot;
      return bytes ? guest.out(bytes, ptr, cap) : guest.fail(failure("NOT_FOUND", "Nothing waits for take."));
    },
    last_error: (ptr, cap) => guest.out(utf8(guest.lastError), ptr, cap),
    self_name: (ptr, cap) => guest.out(utf8(host.self), ptr, cap),
    config: (keyPtr, keyLen, ptr, cap) => {
      guest.memory.check(ptr, cap);
      const key = guest.memory.readText(keyPtr, keyLen);
      if (key === undefined) return guest.fail(failure("INVALID", "The key is not UTF-8."));
      const value = configValue(host.entry.config, key);
      if (value === undefined) return guest.fail(failure("NOT_FOUND", `The atom's configuration has no "${key}".`));
      return guest.out(utf8(value), ptr, cap);
    },
    log: (level, ptr, len) => {
      guest.memory.check(ptr, len);
      const text = fromUtf8(guest.memory.read(ptr, Math.min(len >>> 0, LOG_LINE_BYTES_MAX)));
      guest.log(LOG_LEVELS[Math.max(0, Math.min(level, LOG_LEVELS.length - 1))] ?? "info", text);
    },
    now: () => BigInt(Math.round(host.now() * 1000)),
    monotonic: () => BigInt(Math.round(host.monotonic() * 1000)),
    random: (ptr, len) => {
      guest.memory.check(ptr, len);
      const bytes = new Uint8Array(len >>> 0);
      host.fillRandom(bytes);
      guest.memory.write(ptr, bytes);
    },
    sleep: {
      /** Of a sleep of 0 ms. */
      atOnce: () => guest.pass(() => 0),
      suspending: async (ms) => {
        const outcome = await guest.block(() => undefined, deadlineAfter(host.now(), ms));
        return outcome === undefined || outcome.code === "TIMEOUT" ? 0 : guest.fail(outcome);
      },
    },
    yield: async () => {
      const outcome = await guest.blockOn(() => host.giveWay());
      return outcome === undefined ? 0 : guest.fail(outcome);
    },
  };
}

function configValue(config: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(config, key) ? config[key] : undefined;
}
