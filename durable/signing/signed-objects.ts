/**
 * The objects of a runtime that no binding reaches, called as those of a namespace are: atoms' lanes, naming and the frontend need
 * not know how an object is reached. Only two things differ: there are no sockets, and what goes on for ever is not passed on.
 */
import { systemClock } from "../clock.ts";
import type { RemoteRuntime } from "../core/application.ts";
import { problem } from "../problem.ts";
import { withinTime } from "../time-limit.ts";
import { decodeResponse, encodeRequest, encodeTrigger } from "./http-wire.ts";
import { callRemote } from "./signed-call.ts";

/** As long as a lane waits for an answer to a batch. */
const EXCHANGE_MS_MAX = 30_000;
/** An HTTP request waits for its atom as long as the formula says, which is less; this is for the time that all of it takes. */
const TRIGGER_MS_MAX = 1_000_000;
/** A batch is 4 MiB and one more frame at most. */
export const BATCH_ANSWER_BYTES_MAX = 8 * 1024 * 1024;
/** The largest answers of an atom's object are pages of its keys. */
export const ATOM_ANSWER_BYTES_MAX = 16 * 1024 * 1024;
/** A leader's snapshot of all names. */
export const NAMING_ANSWER_BYTES_MAX = 32 * 1024 * 1024;

type Env = Readonly<Record<string, unknown>>;

export class SignedNamespace {
  readonly #remote: RemoteRuntime;
  readonly #kind: "atoms" | "naming";
  readonly #env: Env;

  constructor(remote: RemoteRuntime, kind: "atoms" | "naming", env: Env) {
    this.#remote = remote;
    this.#kind = kind;
    this.#env = env;
  }

  getByName(name: string): SignedObject {
    const route = this.#kind === "naming" ? "naming" : `atoms/${encodeURIComponent(name)}`;
    return new SignedObject(this.#remote, route, this.#env);
  }
}

export class SignedObject {
  readonly #remote: RemoteRuntime;
  readonly #route: string;
  readonly #env: Env;

  constructor(remote: RemoteRuntime, route: string, env: Env) {
    this.#remote = remote;
    this.#route = route;
    this.#env = env;
  }

  /** Hands over an encoded batch; resolves with the one that answers it. */
  exchange(batch: Uint8Array): Promise<Uint8Array> {
    const body = batch as Uint8Array<ArrayBuffer>;
    return withinTime(systemClock, EXCHANGE_MS_MAX, (signal) =>
      this.#call("exchange", body, BATCH_ANSWER_BYTES_MAX, signal),
    );
  }

  async fetch(input: string | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const endless = this.#endless(request);
    if (endless !== undefined) return endless;
    const bytesMax = this.#route === "naming" ? NAMING_ANSWER_BYTES_MAX : ATOM_ANSWER_BYTES_MAX;
    return decodeResponse(await this.#call("fetch", await encodeRequest(request), bytesMax, request.signal));
  }

  /** Hands an HTTP request to the atom, whose runtime makes the response of what became of it. */
  async trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Response> {
    const body = encodeTrigger({ head, payload, key });
    const answer = withinTime(systemClock, TRIGGER_MS_MAX, (signal) =>
      this.#call("trigger", body, ATOM_ANSWER_BYTES_MAX, signal),
    );
    return decodeResponse(await answer);
  }

  #call(call: string, body: Uint8Array<ArrayBuffer>, answerBytesMax: number, signal: AbortSignal) {
    return callRemote(this.#remote, this.#env, { route: `${this.#route}/${call}`, body, answerBytesMax, signal });
  }

  /** A socket or a stream of events: an answer is signed as a whole, so one without an end would never come. */
  #endless({ headers }: Request): Response | undefined {
    const streams = headers.has("upgrade") || (headers.get("accept") ?? "").includes("text/event-stream");
    if (!streams) return undefined;
    const { name, url } = this.#remote;
    return problem(
      501,
      "UNSUPPORTED",
      `No binding reaches runtime ${name}, and a stream is not passed on: ask it at ${url}.`,
    );
  }
}
