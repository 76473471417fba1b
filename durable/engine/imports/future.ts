/** `radon:future`: requests and timers that complete later. */
import { failure, type Failure } from "../../core/errors.ts";
import type { Outcome } from "../../core/futures.ts";
import type { Implementations } from "../abi.ts";
import type { Guest } from "../guest.ts";
import { deadlineAfter } from "../time.ts";
import { readDestination, readPayload } from "./messaging.ts";

export function futureImports(guest: Guest): Implementations<"radon:future"> {
  const { atom, host } = guest;
  const id = (created: number | Failure): bigint => BigInt(typeof created === "number" ? created : guest.fail(created));
  const unknown = (future: bigint | number): Failure =>
    failure("NOT_FOUND", `There is no future ${future}: it was never made, or its result was taken.`);
  const result = (outcome: Outcome, ptr: number, cap: number): number =>
    outcome.kind === "failed" ? guest.fail(outcome.failure) : guest.out(outcome.payload, ptr, cap);
  return {
    request: (toPtr, toLen, ptr, len, timeout) => {
      const to = readDestination(guest, toPtr, toLen);
      const payload = readPayload(guest, ptr, len);
      if (typeof to !== "string") return id(to);
      if (!(payload instanceof Uint8Array)) return id(payload);
      return id(atom.request(to, payload, guest.waiting(), deadlineAfter(host.now(), timeout)));
    },
    timer: (ms) => id(atom.futures.create("timer", deadlineAfter(host.now(), ms))),
    await: {
      atOnce: (future, ptr, cap) => {
        guest.memory.check(ptr, cap);
        if (!atom.futures.peek(future)) return guest.fail(unknown(future));
        const outcome = guest.pass(() => atom.futures.claim(future));
        return outcome && result(outcome, ptr, cap);
      },
      suspending: async (future, timeout, ptr, cap) => {
        const outcome = await guest.blockOnFuture(Number(future), deadlineAfter(host.now(), timeout));
        return "code" in outcome ? guest.fail(outcome) : result(outcome, ptr, cap);
      },
    },
    poll: (future) => {
      atom.futures.tick(host.now());
      const found = atom.futures.peek(Number(future));
      if (!found) return guest.fail(unknown(future));
      if (!found.outcome) return 0;
      atom.futures.giveUp(Number(future));
      return found.outcome.kind === "completed" ? 1 : guest.fail(found.outcome.failure);
    },
    on_complete: (future, token) => {
      guest.requireCallback("radon:future.on_complete");
      return atom.futures.onComplete(Number(future), token) ? 0 : guest.fail(unknown(future));
    },
    cancel: (future) => {
      const number = Number(future);
      if (!atom.futures.peek(number)) return guest.fail(unknown(future));
      atom.futures.complete(number, {
        kind: "failed",
        failure: { code: "CANCELLED", reason: "The future was cancelled." },
      });
      atom.futures.giveUp(number);
      return 0;
    },
  };
}
