/** `radon:http`: the current HTTP request, its response, and outgoing requests. */
import * as z from "zod";
import type { Header } from "../../core/answer.ts";
import { failure, type Failure } from "../../core/errors.ts";
import { FETCH_MS_MAX, FETCH_SHARE_BYTES, RESPONSE_HEADERS_BYTES_MAX } from "../../core/limits.ts";
import type { Implementations } from "../abi.ts";
import type { Guest } from "../guest.ts";
import type { FetchRequest } from "../host.ts";
import { currentRequest, readPayload } from "./messaging.ts";

const HEADERS_MAX = 200;
const headerList = z.array(z.tuple([z.string().min(1), z.string()])).max(HEADERS_MAX);
const fetchHead = z.object({
  method: z.string().min(1).default("GET"),
  url: z.url({ protocol: /^https?$/ }),
  headers: headerList.default([]),
});

export function httpImports(guest: Guest): Implementations<"radon:http"> {
  const { atom, host } = guest;
  const { fetches } = guest.lasting;
  return {
    head: (ptr, cap) => {
      guest.memory.check(ptr, cap);
      const envelope = guest.current?.envelope;
      if (envelope?.kind !== "http")
        return guest.fail(failure("NOT_FOUND", "The current message is not an HTTP request."));
      return guest.out(envelope.head, ptr, cap);
    },
    respond: (status, headersPtr, headersLen, ptr, len) => {
      const headers = readHeaders(guest, headersPtr, headersLen);
      const payload = readPayload(guest, ptr, len);
      const request = currentRequest(guest);
      if ("code" in headers) return guest.refuseAnswer(headers);
      if (!(payload instanceof Uint8Array)) return guest.refuseAnswer(payload);
      if ("reason" in request) return guest.fail(request);
      const wrong =
        request.kind === "http"
          ? checkStatus(status, payload)
          : failure("INVALID", "The current message is not an HTTP request.");
      if (wrong) return guest.refuseAnswer(wrong);
      atom.answer(request, { kind: "response", status, headers, payload });
      return 0;
    },
    fetch: (requestPtr, requestLen, bodyPtr, bodyLen) => {
      const body = readPayload(guest, bodyPtr, bodyLen);
      const request = readFetch(guest, requestPtr, requestLen, body);
      if ("code" in request) return BigInt(guest.fail(request));
      const bytes = request.body.length + (requestLen >>> 0) + FETCH_SHARE_BYTES;
      const id =
        fetches.refuse(atom.fetchBytesWaiting + bytes) ?? atom.futures.create("fetch", host.now() + FETCH_MS_MAX);
      if (typeof id !== "number") return BigInt(guest.fail(id));
      atom.turn.fetchBytes += bytes;
      const { futures } = atom;
      atom.turn.afterCommit.push(() => {
        void fetches.during(bytes, host.fetch(request)).then((outcome) => {
          if (futures.complete(id, outcome)) host.wake();
        });
      });
      return BigInt(id);
    },
  };
}

function readHeaders(guest: Guest, ptr: number, len: number): Header[] | Failure {
  guest.memory.check(ptr, len);
  const bytes = len >>> 0;
  if (bytes > RESPONSE_HEADERS_BYTES_MAX)
    return failure("TOO_LARGE", `The headers have ${bytes} bytes; ${RESPONSE_HEADERS_BYTES_MAX} are the most.`);
  const text = guest.memory.readText(ptr, len);
  if (text === "") return [];
  const parsed = parseJson(headerList, text);
  if ("code" in parsed) return failure("INVALID", `Headers are JSON pairs, [["name","value"],...]. ${parsed.reason}`);
  const wrong = checkHeaders(parsed.value);
  return wrong ?? parsed.value;
}

function readFetch(guest: Guest, ptr: number, len: number, body: Uint8Array | Failure): FetchRequest | Failure {
  const parsed = parseJson(fetchHead, guest.memory.readText(ptr, len));
  if (!(body instanceof Uint8Array)) return body;
  if ("code" in parsed)
    return failure("INVALID", `A request is JSON, {"method","url","headers":[["name","value"],...]}. ${parsed.reason}`);
  return checkHeaders(parsed.value.headers) ?? { ...parsed.value, body };
}

function parseJson<T>(schema: z.ZodType<T>, text: string | undefined): { value: T } | Failure {
  if (text === undefined) return failure("INVALID", "This is not UTF-8.");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return failure("INVALID", `This is not JSON: ${(error as Error).message}.`);
  }
  const result = schema.safeParse(json);
  return result.success ? { value: result.data } : failure("INVALID", z.prettifyError(result.error));
}

/** The platform's own rules for header names and values. */
function checkHeaders(headers: readonly Header[]): Failure | undefined {
  for (const [name, value] of headers) {
    try {
      new Headers([[name, value]]);
    } catch {
      return failure("INVALID", `"${name}: ${value}" is no HTTP header.`);
    }
  }
  return undefined;
}

function checkStatus(status: number, payload: Uint8Array): Failure | undefined {
  if (status < 200 || status > 599) return failure("INVALID", `${status} is no status of a response: 200 to 599 are.`);
  const bodiless = status === 204 || status === 205 || status === 304;
  return bodiless && payload.length > 0 ? failure("INVALID", `A ${status} response has no body.`) : undefined;
}
