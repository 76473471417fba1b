/** `radon:messaging`: sending, receiving and answering. */
import { fromUtf8, utf8 } from "../../core/bytes.ts";
import { failure, type Failure } from "../../core/errors.ts";
import { PAYLOAD_BYTES_MAX, REASON_BYTES_MAX } from "../../core/limits.ts";
import type { MessageMail } from "../../core/mailbox.ts";
import { parseDestination, type GlobalName } from "../../core/names.ts";
import type { OpenRequest } from "../../core/store.ts";
import type { Implementations } from "../abi.ts";
import type { Guest } from "../guest.ts";
import { deadlineAfter } from "../time.ts";

const KIND = { message: 0, request: 1, http: 2, interrupt: 3 } as const;

export function messagingImports(guest: Guest): Implementations<"radon:messaging"> {
  const { atom, host } = guest;
  const next = () => guest.nextMessage();
  const received = (mail: MessageMail, ptr: number, cap: number): number => {
    guest.receive(mail);
    return guest.outPayload(mail, ptr, cap);
  };
  return {
    send: (toPtr, toLen, ptr, len) => {
      const to = readDestination(guest, toPtr, toLen);
      const refused = checkPayload(guest, ptr, len);
      if (typeof to !== "string") return guest.fail(to);
      const failed = refused ?? atom.sendMessage(to, guest.memory.view, ptr >>> 0, len >>> 0);
      if (failed) return guest.fail(failed);
      guest.fastPath?.noteSend(to, toPtr, toLen);
      return 0;
    },
    receive: {
      atOnce: (ptr, cap) => {
        guest.memory.check(ptr, cap);
        const mail = guest.pass(next);
        if (!mail) return undefined;
        const length = received(mail, ptr, cap);
        guest.hastenAfter(mail);
        return length;
      },
      suspending: async (timeout, ptr, cap) => {
        const mail = guest.receivesNothing ?? (await guest.block(next, deadlineAfter(host.now(), timeout)));
        if ("envelope" in mail) return received(mail, ptr, cap);
        return guest.fail(mail.code === "TIMEOUT" ? failure("TIMEOUT", "No message came in the time allowed.") : mail);
      },
    },
    kind: () => (guest.current ? KIND[guest.current.kind] : guest.fail(noCurrent())),
    sender: (ptr, cap) => {
      guest.memory.check(ptr, cap);
      return guest.current ? guest.out(utf8(guest.current.from), ptr, cap) : guest.fail(noCurrent());
    },
    attempt: () => guest.current?.attempt ?? guest.fail(noCurrent()),
    reply: (ptr, len) => {
      const payload = readPayload(guest, ptr, len);
      const request = currentRequest(guest);
      if (!(payload instanceof Uint8Array)) return guest.refuseAnswer(payload);
      if ("reason" in request) return guest.fail(request);
      return guest.done(atom.reply(request, payload));
    },
    fail: (ptr, len) => {
      guest.memory.check(ptr, len);
      const reason = fromUtf8(guest.memory.read(ptr, Math.min(len >>> 0, REASON_BYTES_MAX)));
      const request = currentRequest(guest);
      if ("reason" in request) return guest.fail(request);
      atom.answer(request, { kind: "failure", failure: failure("REMOTE", reason) });
      return 0;
    },
    reply_token: () => {
      const request = currentRequest(guest);
      const refused = "reason" in request ? request : atom.takeToken(request.token);
      return BigInt(refused ? guest.fail(refused) : (request as OpenRequest).token);
    },
    reply_to: (token, ptr, len) => {
      const payload = readPayload(guest, ptr, len);
      if (!(payload instanceof Uint8Array)) return guest.fail(payload);
      const request = atom.openRequest(Number(token));
      if (!request) return guest.fail(failure("NOT_FOUND", `No unanswered request has the token ${token}.`));
      return guest.done(atom.reply(request, payload));
    },
    interrupt: (toPtr, toLen, signal, ptr, len) => {
      const to = readDestination(guest, toPtr, toLen);
      const payload = readPayload(guest, ptr, len);
      if (typeof to !== "string") return guest.fail(to);
      if (!(payload instanceof Uint8Array)) return guest.fail(payload);
      return guest.done(atom.send(to, "interrupt", { kind: "interrupt", signal, payload }));
    },
    on_reentrant: (token) => {
      guest.setReentrantToken(token);
      return 0;
    },
  };
}

/** The global name of the atom that the guest names, or why there is none. */
export function readDestination(guest: Guest, ptr: number, len: number): GlobalName | Failure {
  const { memory, destinations } = guest;
  memory.check(ptr, len);
  const seen = destinations.get(memory.bytes, ptr >>> 0, len >>> 0);
  if (seen) return guest.host.locate(seen);
  const text = memory.readText(ptr, len);
  if (text === undefined) return failure("INVALID", "The name of the destination is not UTF-8.");
  const destination = parseDestination(text);
  if (!("kind" in destination)) return destination;
  destinations.set(memory.bytes, ptr >>> 0, len >>> 0, destination);
  return guest.host.locate(destination);
}

/** A copy of the payload, or TOO_LARGE. */
export function readPayload(guest: Guest, ptr: number, len: number): Uint8Array | Failure {
  return checkPayload(guest, ptr, len) ?? guest.memory.read(ptr, len);
}

function checkPayload(guest: Guest, ptr: number, len: number): Failure | undefined {
  guest.memory.check(ptr, len);
  const bytes = len >>> 0;
  if (bytes <= PAYLOAD_BYTES_MAX) return undefined;
  return failure(
    "TOO_LARGE",
    `The payload has ${bytes} bytes; ${PAYLOAD_BYTES_MAX} are the most that a message carries.`,
  );
}

/** The current message's open request, or why it cannot be answered. */
export function currentRequest(guest: Guest): OpenRequest | Failure {
  const { current } = guest;
  if (!current) return noCurrent();
  if (current.kind === "message" || current.kind === "interrupt") {
    return failure("INVALID", "The current message is not a request, so it takes no answer.");
  }
  return guest.atom.openRequest(current.position) ?? failure("INVALID", "The current request is answered already.");
}

function noCurrent(): Failure {
  return failure("NOT_FOUND", "There is no current message: none was received yet.");
}
