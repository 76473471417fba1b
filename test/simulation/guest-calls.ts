/**
 * The ABI as a script calls it: the engine's own host functions over a memory of a script's own, with JavaScript values
 * in place of pointers. Each blocking call is noted for as long as it lasts. What blocks at need only is asked for a result
 * at once first, as the trampoline does it (durable/engine/trampoline.wat).
 */
import { fromUtf8, utf8 } from "../../durable/core/bytes.ts";
import type { Guest } from "../../durable/engine/guest.ts";
import { guarded, guardedAsync } from "../../durable/engine/guarded.ts";
import { hostFunctions } from "../../durable/engine/host-functions.ts";
import { GuestMemory } from "../../durable/engine/memory.ts";

/** What a call that returns bytes gave: the bytes, or an error number. */
export type Bytes = Uint8Array | number;

/** A blocking call under way. */
export interface Block {
  readonly kind: "receive" | "await" | "sleep" | "yield" | "ask-naming";
  readonly untilMs: number;
  readonly future: number;
}

const NAME_AT = 0;
const ARGUMENT_AT = 512;
const DATA_AT = 1024;
const MEMORY_BYTES = 2048;

/** What a script's instance has of a linear memory. */
function scriptMemory(): { buffer: ArrayBuffer } {
  return { buffer: new ArrayBuffer(MEMORY_BYTES) };
}

export class GuestCalls {
  readonly #guest: Guest;
  readonly #memory = scriptMemory();
  readonly memory: GuestMemory;
  readonly #call: ReturnType<typeof callsOf>;
  readonly #onBlock: () => void;
  readonly blocks: Block[] = [];

  /** `onBlock`: the turn ends here. */
  constructor(guest: Guest, onBlock: () => void) {
    this.#guest = guest;
    this.#onBlock = onBlock;
    this.#call = callsOf(guest);
    this.memory = new GuestMemory(this.#memory as unknown as WebAssembly.Memory);
  }

  // ---- Messages

  send(to: string, payload: Uint8Array): number {
    return this.#call.send(...this.#name(to), ...this.#data(payload));
  }

  interrupt(to: string, signal: number, payload: Uint8Array): number {
    const [ptr, len] = this.#data(payload);
    return this.#call.interrupt(...this.#name(to), signal, ptr, len);
  }

  async receive(timeoutMs: number): Promise<Bytes> {
    return this.#blocked("receive", timeoutMs, 0, async () =>
      this.#wait(
        (...room) => this.#call.receiveAtOnce(...room),
        (...room) => this.#call.receive(BigInt(timeoutMs), ...room),
      ),
    );
  }

  kind(): number {
    return this.#call.kind();
  }
  attempt(): number {
    return this.#call.attempt();
  }
  sender(): Bytes {
    return this.#bytes(this.#call.sender(...this.#room()));
  }
  reply(payload: Uint8Array): number {
    return this.#call.reply(...this.#data(payload));
  }
  fail(reason: string): number {
    return this.#call.fail(...this.#data(utf8(reason)));
  }
  replyToken(): number {
    return Number(this.#call.reply_token());
  }
  replyTo(token: number, payload: Uint8Array): number {
    return this.#call.reply_to(BigInt(token), ...this.#data(payload));
  }
  onReentrant(token: number): number {
    return this.#call.on_reentrant(token);
  }
  onInterrupt(signal: number, token: number): number {
    return this.#call.on(signal, token);
  }
  mask(): number {
    return this.#call.mask();
  }
  unmask(): number {
    return this.#call.unmask();
  }
  /** The payload of the callback that runs, of `length` bytes. */
  take(length: number): Bytes {
    this.#grow(length);
    return this.#bytes(this.#call.take(...this.#room()));
  }
  lastError(): string {
    const text = this.#bytes(this.#call.last_error(...this.#room()));
    return typeof text === "number" ? "" : fromUtf8(text);
  }

  // ---- Futures

  request(to: string, payload: Uint8Array, timeoutMs: number): number {
    const [ptr, len] = this.#data(payload);
    return Number(this.#call.request(...this.#name(to), ptr, len, BigInt(timeoutMs)));
  }
  timer(ms: number): number {
    return Number(this.#call.timer(BigInt(ms)));
  }
  async await(future: number, timeoutMs: number): Promise<Bytes> {
    return this.#blocked("await", timeoutMs, future, async () =>
      this.#wait(
        (...room) => this.#call.awaitAtOnce(future, ...room),
        (...room) => this.#call.await(BigInt(future), BigInt(timeoutMs), ...room),
      ),
    );
  }
  poll(future: number): number {
    return this.#call.poll(BigInt(future));
  }
  onComplete(future: number, token: number): number {
    return this.#call.on_complete(BigInt(future), token);
  }
  cancel(future: number): number {
    return this.#call.cancel(BigInt(future));
  }
  sleep(ms: number): Promise<number> {
    return this.#blocked(
      "sleep",
      ms,
      0,
      async () => (ms === 0 ? this.#call.sleepAtOnce() : undefined) ?? this.#call.sleep(BigInt(ms)),
    );
  }
  yield(): Promise<number> {
    return this.#blocked("yield", -1, 0, () => this.#call.yield());
  }

  // ---- Store and naming

  get(key: string): Bytes {
    return this.#bytes(this.#call.get(...this.#name(key), ...this.#room()));
  }
  put(key: string, value: string): number {
    return this.#call.put(...this.#name(key), ...this.#data(utf8(value)));
  }
  delete(key: string): number {
    return this.#call.delete(...this.#name(key));
  }
  /** The entries of keys from `start` to `end`, exclusive. */
  scan(start: string, end: string): [key: string, value: string][] {
    const read = this.#bytes(this.#call.scan(...this.#name(start), ...this.#argument(end), 0, 0, ...this.#room()));
    return typeof read === "number" ? [] : entriesOf(read);
  }
  alias(scope: string, value: string): number {
    return this.#call.alias(...this.#name(scope), ...this.#argument(value));
  }
  unalias(scope: string, value: string): number {
    return this.#call.unalias(...this.#name(scope), ...this.#argument(value));
  }
  lookup(scope: string, pattern: string): Promise<Bytes> {
    return this.#blocked("ask-naming", -1, 0, async () =>
      this.#wait(
        () => undefined,
        (...room) => this.#call.lookup(...this.#name(scope), ...this.#argument(pattern), 1, 0, ...room),
      ),
    );
  }
  resolve(name: string): Promise<Bytes> {
    return this.#blocked("ask-naming", -1, 0, async () =>
      this.#wait(
        () => undefined,
        (...room) => this.#call.resolve(...this.#name(name), ...room),
      ),
    );
  }

  // ---- Memory

  /** Blocking calls nest: the one of a callback ends before the one below it. */
  async #blocked<T>(kind: Block["kind"], timeoutMs: number, future: number, call: () => Promise<T>): Promise<T> {
    this.#onBlock();
    const untilMs = timeoutMs < 0 ? Infinity : this.#guest.host.now() + timeoutMs;
    this.blocks.push({ kind, untilMs, future });
    const value = await call();
    this.blocks.pop();
    return value;
  }

  #name(text: string): [number, number] {
    return this.#write(NAME_AT, utf8(text));
  }
  #argument(text: string): [number, number] {
    return this.#write(ARGUMENT_AT, utf8(text));
  }
  #data(bytes: Uint8Array): [number, number] {
    this.#grow(bytes.length);
    return this.#write(DATA_AT, bytes);
  }
  #write(ptr: number, bytes: Uint8Array): [number, number] {
    this.memory.write(ptr, bytes);
    return [ptr, bytes.length];
  }
  #room(): [number, number] {
    return [DATA_AT, this.memory.byteLength - DATA_AT];
  }

  #grow(bytes: number): void {
    if (DATA_AT + bytes > this.memory.byteLength) this.#memory.buffer = this.#memory.buffer.transfer(DATA_AT + bytes);
  }

  /** A blocking call: it is given the memory that there is now, also if a callback has more of it meanwhile. */
  async #wait(
    atOnce: (ptr: number, cap: number) => number | undefined,
    suspending: (ptr: number, cap: number) => Promise<number>,
  ): Promise<Bytes> {
    const [ptr, cap] = this.#room();
    return this.#bytes(atOnce(ptr, cap) ?? (await suspending(ptr, cap)), cap);
  }

  /** What a call returned `length` bytes of; they wait in `take` if they were more than `cap`. */
  #bytes(length: number, cap = this.memory.byteLength - DATA_AT): Bytes {
    if (length < 0) return length;
    if (length <= cap) return this.memory.read(DATA_AT, length);
    this.#grow(length);
    return this.#bytes(this.#call.take(...this.#room()));
  }
}

function callsOf(guest: Guest) {
  const functions = hostFunctions(guest);
  const { take, last_error, sleep, yield: giveWay } = functions["radon:core"];
  const messaging = functions["radon:messaging"];
  const future = functions["radon:future"];
  const { on, mask, unmask } = functions["radon:interrupt"];
  const kv = functions["radon:kv"];
  const naming = functions["radon:naming"];
  return {
    take: guarded(guest, take),
    last_error: guarded(guest, last_error),
    sleepAtOnce: guarded(guest, sleep.atOnce),
    sleep: guardedAsync(guest, sleep.suspending),
    yield: guardedAsync(guest, giveWay),
    send: guarded(guest, messaging.send),
    interrupt: guarded(guest, messaging.interrupt),
    receiveAtOnce: guarded(guest, messaging.receive.atOnce),
    receive: guardedAsync(guest, messaging.receive.suspending),
    kind: guarded(guest, messaging.kind),
    attempt: guarded(guest, messaging.attempt),
    sender: guarded(guest, messaging.sender),
    reply: guarded(guest, messaging.reply),
    fail: guarded(guest, messaging.fail),
    reply_token: guarded(guest, messaging.reply_token),
    reply_to: guarded(guest, messaging.reply_to),
    on_reentrant: guarded(guest, messaging.on_reentrant),
    request: guarded(guest, future.request),
    timer: guarded(guest, future.timer),
    awaitAtOnce: guarded(guest, future.await.atOnce),
    await: guardedAsync(guest, future.await.suspending),
    poll: guarded(guest, future.poll),
    on_complete: guarded(guest, future.on_complete),
    cancel: guarded(guest, future.cancel),
    on: guarded(guest, on),
    mask: guarded(guest, mask),
    unmask: guarded(guest, unmask),
    get: guarded(guest, kv.get),
    put: guarded(guest, kv.put),
    delete: guarded(guest, kv.delete),
    scan: guarded(guest, kv.scan),
    alias: guarded(guest, naming.alias),
    unalias: guarded(guest, naming.unalias),
    lookup: guardedAsync(guest, naming.lookup),
    resolve: guardedAsync(guest, naming.resolve),
  };
}

/** Each entry is u32 key length, u32 value length, key, value. */
function entriesOf(bytes: Uint8Array): [string, string][] {
  const entries: [string, string][] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const keyEnd = at + 8 + view.getUint32(at, true);
    const valueEnd = keyEnd + view.getUint32(at + 4, true);
    entries.push([fromUtf8(bytes.subarray(at + 8, keyEnd)), fromUtf8(bytes.subarray(keyEnd, valueEnd))]);
    at = valueEnd;
  }
  return entries;
}
