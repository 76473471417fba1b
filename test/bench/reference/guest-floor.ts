/**
 * The floor of one-way messages with guests: the same two objects as in floor.ts, with the atoms of the figure (source.wat, sink.wat) in
 * them, unmetered, and host functions that copy the payload and do nothing else. What leaves and enters WebAssembly, and how, is as in the
 * runtime: one `invoke` and one `receive` a message, by the runtime's own trampoline.
 */
import { promising, suspending } from "../../../durable/engine/jspi.ts";
import sinkModule from "./sink.wasm";
import sourceModule from "./source.wasm";
import trampoline from "./trampoline.wasm";
import {
  accepted,
  BareObject,
  connect,
  FRAME_MESSAGES,
  FRAMES_UNDER_WAY,
  HEAD_BYTES,
  MESSAGE_BYTES,
  numberOf,
} from "./bare-object.ts";

interface Env {
  readonly GUEST_FLOOR: DurableObjectNamespace<GuestFloor>;
}

/** The length of a payload, before it; that of the request which ends the flow is shorter than a message. */
const LENGTH_BYTES = 4;
const FRAME_BYTES = HEAD_BYTES + FRAME_MESSAGES * (LENGTH_BYTES + MESSAGE_BYTES);
const BUSY = -8;
const NONE = -1;
const FUTURE = 1n;
/** The tally of the sink, as it replies with it. */
const TALLY_BYTES = 40;

interface SourceExports {
  readonly memory: WebAssembly.Memory;
  readonly invoke: () => void;
}

interface SinkExports extends SourceExports {
  readonly _initialize: () => void;
}

interface TrampolineExports {
  readonly functions: WebAssembly.Table;
  readonly run: () => void;
  readonly receive: () => number;
}

const micros = (): bigint => BigInt(Math.round(performance.now() * 1000));
const unused = (): number => {
  throw new Error("The floor's guests do not call this.");
};

export class GuestFloor extends BareObject<Env> {
  override fetch(): Response {
    return accepted((socket) => {
      const sink = new Sink((reply) => socket.send(reply));
      const ack = new Uint8Array(HEAD_BYTES);
      return (frame) => {
        this.receive("source", frame);
        sink.take(frame);
        new DataView(ack.buffer).setFloat64(0, numberOf(frame), true);
        socket.send(ack);
      };
    });
  }

  /** Messages a second, by the sink's clock. */
  async timeFlow(ms: number): Promise<{ perSecond: number }> {
    const source = new Source(ms, (number, frame, acknowledged) => {
      this.keep(number, frame, acknowledged);
      socket.send(frame);
    });
    const socket = await connect(this.env.GUEST_FLOOR.getByName("receiver"), "guests", (frame) => source.hear(frame));
    const tally = await source.run();
    this.end(socket);
    const numbers = Array.from({ length: TALLY_BYTES / 8 }, (_, at) => Number(tally.getBigInt64(at * 8, true)));
    const [count = 0, errors = 0, began = 0, ended = 0, before = 0] = numbers;
    if (errors > 0) throw new Error(`${errors} of ${count} messages of the floor were lost or came out of order.`);
    // The object's clock advances in whole milliseconds; a busy machine may have left the source no more than a moment.
    if (ended === began) return this.timeFlow(2 * ms);
    return { perSecond: ((count - before) * 1e6) / (ended - began) };
  }
}

type Leave = (number: number, frame: Uint8Array, acknowledged: number) => void;

class Source {
  readonly #leave: Leave;
  readonly #exports: SourceExports;
  readonly #memory: Uint8Array;
  readonly #frame = new Uint8Array(FRAME_BYTES);
  readonly #view = new DataView(this.#frame.buffer);
  #used = HEAD_BYTES;
  #sent = 0;
  #acknowledged = 0;
  #reply: Uint8Array | undefined;
  #tally = new DataView(new ArrayBuffer(0));
  #onHeard = (): void => undefined;

  constructor(ms: number, leave: Leave) {
    this.#leave = leave;
    const heard = (): Promise<void> => new Promise((resolve) => (this.#onHeard = resolve));
    const instance = new WebAssembly.Instance(sourceModule, {
      "radon:core": { monotonic: micros, yield: suspending(async () => (await heard(), 0)) },
      "radon:messaging": {
        receive: (_timeout: bigint, ptr: number) => this.#command(ptr, ms),
        reply: (ptr: number, len: number) => this.#end(ptr, len),
        send: (_to: number, _toLen: number, ptr: number, len: number) => this.#send(ptr, len),
      },
      "radon:future": {
        request: (_to: number, _toLen: number, ptr: number, len: number) => this.#request(ptr, len),
        await: suspending(async (_future: bigint, _timeout: bigint, ptr: number) => {
          while (this.#reply === undefined) await heard();
          this.#memory.set(this.#reply, ptr);
          return this.#reply.length;
        }),
      },
    });
    this.#exports = instance.exports as unknown as SourceExports;
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
  }

  /** Its reply, the sink's tally. */
  async run(): Promise<DataView> {
    await promising(this.#exports.invoke)();
    return this.#tally;
  }

  /** An acknowledgement, or the sink's reply. */
  hear(frame: ArrayBuffer): void {
    if (frame.byteLength === TALLY_BYTES) this.#reply = new Uint8Array(frame);
    else this.#acknowledged = numberOf(frame);
    this.#onHeard();
  }

  #command(ptr: number, ms: number): number {
    const name = new TextEncoder().encode("sink");
    const command = new DataView(this.#memory.buffer, ptr);
    command.setUint32(0, ms, true);
    command.setUint32(4, 0, true);
    this.#memory.set(name, ptr + 8);
    return 8 + name.length;
  }

  #send(ptr: number, len: number): number {
    if (this.#sent - this.#acknowledged >= FRAMES_UNDER_WAY) return BUSY;
    this.#put(ptr, len);
    if (this.#used === FRAME_BYTES) this.#flush();
    return 0;
  }

  #request(ptr: number, len: number): bigint {
    this.#put(ptr, len);
    this.#flush();
    return FUTURE;
  }

  #put(ptr: number, len: number): void {
    this.#view.setUint32(this.#used, len, true);
    this.#frame.set(this.#memory.subarray(ptr, ptr + len), this.#used + LENGTH_BYTES);
    this.#used += LENGTH_BYTES + len;
  }

  #flush(): void {
    this.#view.setFloat64(0, ++this.#sent, true);
    this.#leave(this.#sent, this.#frame.subarray(0, this.#used), this.#acknowledged);
    this.#used = HEAD_BYTES;
  }

  #end(ptr: number, len: number): number {
    this.#tally = new DataView(this.#memory.slice(ptr, ptr + len).buffer);
    return 0;
  }
}

class Sink {
  readonly #run: () => void;
  readonly #memory: Uint8Array;
  #frame = new Uint8Array(0);
  #view = new DataView(this.#frame.buffer);
  #at = 0;

  constructor(reply: (bytes: Uint8Array) => void) {
    const loop = new WebAssembly.Instance(trampoline, {
      at_once: { receive: (ptr: number) => this.#receive(ptr), sleep: unused, await: unused },
      suspending: { receive: unused, sleep: unused, await: unused },
      plain: { send: unused, kind: unused, sender: unused },
      loop: { next: () => (this.#at < this.#frame.length ? 1 : 0) },
    }).exports as unknown as TrampolineExports;
    const instance = new WebAssembly.Instance(sinkModule, {
      "radon:core": { config: () => NONE, monotonic: micros },
      "radon:messaging": {
        receive: loop.receive,
        reply: (ptr: number, len: number) => (reply(this.#memory.slice(ptr, ptr + len)), 0),
      },
      "radon:kv": { put: unused },
    });
    const { memory, invoke, _initialize } = instance.exports as unknown as SinkExports;
    this.#memory = new Uint8Array(memory.buffer);
    loop.functions.set(0, invoke);
    this.#run = loop.run;
    _initialize();
  }

  take(frame: ArrayBuffer): void {
    this.#frame = new Uint8Array(frame);
    this.#view = new DataView(frame);
    this.#at = HEAD_BYTES;
    this.#run();
  }

  #receive(ptr: number): number {
    const length = this.#view.getUint32(this.#at, true);
    const start = this.#at + LENGTH_BYTES;
    this.#at = start + length;
    this.#memory.set(this.#frame.subarray(start, this.#at), ptr);
    return length;
  }
}
