/** radon-as: the AssemblyScript SDK of Radon. The reference is docs/sdk-assemblyscript.md. */
import * as clock from "./clock";
import * as config from "./config";
import * as http from "./http";
import * as kv from "./kv";
import * as log from "./log";
import * as naming from "./naming";

export { clock, config, http, kv, log, naming };
export { FOREVER, randomBytes, selfName, sleep, yieldNow } from "./core";
export { interrupt, onReentrant, receive, replyTo, send } from "./messaging";
export { Future, request, REQUEST_TIMEOUT_MS, timer } from "./future";
export { maskInterrupts, offInterrupt, onInterrupt, preemptInterrupts, unmaskInterrupts } from "./interrupt";
export { ErrorCode, lastError, RadonError } from "./errors";
export { Json, JsonKind } from "./json";
export { Message, MessageKind } from "./message";
export { Payload } from "./payload";
export { Headers } from "./headers";
export { HttpFuture, HttpRequest, HttpResponse } from "./http";
export { Entries, Entry } from "./kv";
export { radon_callback } from "./callback";
