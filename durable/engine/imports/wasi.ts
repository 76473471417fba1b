/**
 * WASI preview 1 (docs/abi.md, section 5). The shim does files, arguments and the environment; what an atom means by
 * time, chance, output and sleep is done here.
 */
import { ConsoleStdout, File, OpenFile, WASI } from "@bjorn3/browser_wasi_shim";
import type { Guest } from "../guest.ts";
import { LineLog } from "../line-log.ts";
import { GuestFault } from "../memory.ts";

const ERRNO = { success: 0, inval: 28, nosys: 52 } as const;
/** Layout of `subscription` and `event` in preview 1, in bytes. */
const SUBSCRIPTION = { size: 48, tag: 8, clock: 16, timeout: 24, flags: 40 } as const;
const EVENT = { size: 32, error: 8, type: 10 } as const;
const EVENT_CLOCK = 0;
const CLOCK_ABSOLUTE = 1;
const SUBSCRIPTIONS_MAX = 64;
const CLOCK_REALTIME = 0;
const CLOCK_ID_MAX = 3;
const IOVECS_MAX = 1_024;
const IOVEC_BYTES = 8;

/** There are standard streams and no files: of all else that the shim could do, an atom is told ENOSYS. */
const FROM_SHIM = [
  ...["args_get", "args_sizes_get", "environ_get", "environ_sizes_get", "clock_res_get", "proc_exit"],
  ...["fd_close", "fd_datasync", "fd_fdstat_get", "fd_fdstat_set_flags", "fd_filestat_get", "fd_prestat_get"],
  ...["fd_prestat_dir_name", "fd_read", "fd_seek", "fd_sync", "fd_write"],
] as const;

/** What the shim leaves to the engine: time, chance, sleep. */
const OWN = ["clock_time_get", "random_get", "sched_yield", "poll_oneoff", "proc_raise"] as const;

/** The functions that do something; every other one answers ENOSYS. */
export const WASI_AT_WORK: readonly string[] = [...FROM_SHIM, ...OWN];

type WasiFunction = (...args: never[]) => unknown;

export interface WasiImports {
  /** The function of a name; what a runtime does not have answers ENOSYS. */
  function(name: string): WasiFunction;
  attach(instance: WebAssembly.Instance): void;
  /** Logs output that no line break ended. */
  flush(): void;
}

export function wasiImports(guest: Guest): WasiImports {
  const { config } = guest.host.entry;
  const args = [guest.host.self, ...(config.args ?? "").split(/\s+/).filter((arg) => arg !== "")];
  const environment = Object.entries(config).map(([name, value]) => `${name}=${value}`);
  const [out, err] = (["info", "warn"] as const).map((level) => new LineLog((line) => guest.log(level, line)));
  const streams = [out, err].map((log) => new ConsoleStdout((bytes) => log?.add(bytes)));
  const shim = new WASI(args, environment, [new OpenFile(new File([])), ...streams]);
  const functions = new Map([...fromShim(shim, guest), ...Object.entries(ownFunctions(guest))]);
  return {
    function: (name) => functions.get(name) ?? (() => ERRNO.nosys),
    attach: (instance) => {
      shim.inst = instance as typeof shim.inst;
    },
    flush: () => {
      out?.flush();
      err?.flush();
    },
  };
}

function fromShim(shim: WASI, guest: Guest): Map<string, WasiFunction> {
  const functions = new Map<string, WasiFunction>();
  for (const name of FROM_SHIM) {
    const fn = shim.wasiImport[name] as WasiFunction;
    functions.set(name, name === "fd_write" || name === "fd_read" ? overVectors(guest, fn) : fn);
  }
  return functions;
}

/** The shim cuts ranges that leave the memory; an atom is trapped for them. */
function overVectors(guest: Guest, fn: WasiFunction): WasiFunction {
  const transfer = fn as (fd: number, vectors: number, count: number, done: number) => number;
  return (fd: number, vectors: number, count: number, done: number) => {
    if (count < 0 || count > IOVECS_MAX) return ERRNO.inval;
    guest.memory.check(vectors, count * IOVEC_BYTES);
    guest.memory.check(done, 4);
    const view = guest.memory.view;
    for (let at = vectors >>> 0, left = count; left > 0; left--, at += IOVEC_BYTES) {
      guest.memory.check(view.getUint32(at, true), view.getUint32(at + 4, true));
    }
    return transfer(fd, vectors, count, done);
  };
}

function ownFunctions(guest: Guest): Record<(typeof OWN)[number], WasiFunction> {
  const { host } = guest;
  const clock = (id: number) => BigInt(Math.round((id === CLOCK_REALTIME ? host.now() : host.monotonic()) * 1e6));
  return {
    clock_time_get: (id: number, _precision: bigint, ptr: number) => {
      guest.memory.check(ptr, 8);
      if (id < 0 || id > CLOCK_ID_MAX) return ERRNO.inval;
      guest.memory.view.setBigUint64(ptr >>> 0, clock(id), true);
      return ERRNO.success;
    },
    random_get: (ptr: number, length: number) => {
      guest.memory.check(ptr, length);
      const bytes = new Uint8Array(length >>> 0);
      host.fillRandom(bytes);
      guest.memory.write(ptr, bytes);
      return ERRNO.success;
    },
    sched_yield: async () => {
      await guest.blockOn(() => host.breathe());
      return ERRNO.success;
    },
    poll_oneoff: (input: number, output: number, count: number, written: number) =>
      sleepUntilFirst(guest, input, output, count, written, clock),
    proc_raise: (signal: number) => {
      throw new GuestFault(`The atom raised signal ${signal}.`);
    },
  };
}

/** A blocking point until the first clock subscription is due; subscriptions of anything else answer ENOSYS. */
async function sleepUntilFirst(
  guest: Guest,
  input: number,
  output: number,
  count: number,
  written: number,
  clock: (id: number) => bigint,
): Promise<number> {
  if (count < 1 || count > SUBSCRIPTIONS_MAX) return ERRNO.inval;
  guest.memory.check(input, count * SUBSCRIPTION.size);
  guest.memory.check(output, count * EVENT.size);
  guest.memory.check(written, 4);
  const waits = Array.from({ length: count }, (_, index) =>
    readWait(guest, (input >>> 0) + index * SUBSCRIPTION.size, clock),
  );
  const clocks = waits.filter((wait) => wait.type === EVENT_CLOCK);
  const others = waits.length - clocks.length;
  const leastMs = others > 0 ? 0 : Math.min(...clocks.map((wait) => wait.afterMs));
  await guest.block(() => undefined, guest.host.now() + leastMs);
  const due = waits.filter((wait) => wait.type !== EVENT_CLOCK || wait.afterMs <= leastMs);
  due.forEach((wait, index) => writeEvent(guest, (output >>> 0) + index * EVENT.size, wait));
  guest.memory.view.setUint32(written >>> 0, due.length, true);
  return ERRNO.success;
}

interface Wait {
  readonly userdata: bigint;
  readonly type: number;
  readonly afterMs: number;
}

function readWait(guest: Guest, at: number, clock: (id: number) => bigint): Wait {
  const view = guest.memory.view;
  const type = view.getUint8(at + SUBSCRIPTION.tag);
  const timeout = view.getBigUint64(at + SUBSCRIPTION.timeout, true);
  const absolute = (view.getUint16(at + SUBSCRIPTION.flags, true) & CLOCK_ABSOLUTE) !== 0;
  const after = absolute ? timeout - clock(view.getUint32(at + SUBSCRIPTION.clock, true)) : timeout;
  return { userdata: view.getBigUint64(at, true), type, afterMs: Math.max(0, Number(after) / 1e6) };
}

function writeEvent(guest: Guest, at: number, wait: Wait): void {
  guest.memory.write(at, new Uint8Array(EVENT.size));
  const view = guest.memory.view;
  view.setBigUint64(at, wait.userdata, true);
  view.setUint16(at + EVENT.error, wait.type === EVENT_CLOCK ? ERRNO.success : ERRNO.nosys, true);
  view.setUint8(at + EVENT.type, wait.type);
}

/** The functions of WASI that are blocking points. */
export const WASI_BLOCKING: ReadonlySet<string> = new Set(["poll_oneoff", "sched_yield"]);
