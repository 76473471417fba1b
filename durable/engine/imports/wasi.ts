/**
 * WASI preview 1 (docs/abi.md, section 5). The shim does files, arguments and the environment; what an atom means by
 * time, chance, output and sleep is done here.
 */
import { ConsoleStdout, File, OpenFile, WASI, WASIProcExit } from "@bjorn3/browser_wasi_shim";
import type { Guest } from "../guest.ts";
import { GuestFault } from "../memory.ts";

const ERRNO = { success: 0, inval: 28, nosys: 52 } as const;
const CLOCK_MONOTONIC = 1;
/** Layout of `subscription` and `event` in preview 1, in bytes. */
const SUBSCRIPTION = { size: 48, tag: 8, clock: 16, timeout: 24, flags: 40 } as const;
const EVENT = { size: 32, error: 8, type: 10 } as const;
const EVENT_CLOCK = 0;
const CLOCK_ABSOLUTE = 1;
const SUBSCRIPTIONS_MAX = 64;

type WasiFunction = (...args: never[]) => unknown;

export interface WasiImports {
  /** The function of a name; what a runtime does not have answers ENOSYS. */
  function(name: string): WasiFunction;
  attach(instance: WebAssembly.Instance): void;
}

/** `proc_exit` was called: the guest's way to end. */
export function exitCodeOf(error: unknown): number | undefined {
  return error instanceof WASIProcExit ? error.code : undefined;
}

export function wasiImports(guest: Guest): WasiImports {
  const { config } = guest.host.entry;
  const args = [guest.host.self, ...(config.args ?? "").split(/\s+/).filter((arg) => arg !== "")];
  const environment = Object.entries(config).map(([name, value]) => `${name}=${value}`);
  const output = (level: "info" | "warn") => ConsoleStdout.lineBuffered((line: string) => guest.host.log(level, line));
  const shim = new WASI(args, environment, [new OpenFile(new File([])), output("info"), output("warn")]);
  const functions: Record<string, WasiFunction | undefined> = { ...shim.wasiImport, ...ownFunctions(guest) };
  return {
    function: (name) => functions[name] ?? (() => ERRNO.nosys),
    attach: (instance) => {
      shim.inst = instance as typeof shim.inst;
    },
  };
}

function ownFunctions(guest: Guest): Record<string, WasiFunction> {
  const { host } = guest;
  const nosys = () => ERRNO.nosys;
  const clock = (id: number) => BigInt(Math.round((id === CLOCK_MONOTONIC ? host.monotonic() : host.now()) * 1e6));
  return {
    clock_time_get: (id: number, _precision: bigint, ptr: number) => {
      guest.memory.check(ptr, 8);
      guest.memory.view().setBigUint64(ptr >>> 0, clock(id), true);
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
      await guest.blockOn(host.breathe());
      return ERRNO.success;
    },
    poll_oneoff: (input: number, output: number, count: number, written: number) =>
      sleepUntilFirst(guest, input, output, count, written, clock),
    proc_raise: (signal: number) => {
      throw new GuestFault(`The atom raised signal ${signal}.`);
    },
    sock_accept: nosys,
    sock_recv: nosys,
    sock_send: nosys,
    sock_shutdown: nosys,
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
  guest.memory.view().setUint32(written >>> 0, due.length, true);
  return ERRNO.success;
}

interface Wait {
  readonly userdata: bigint;
  readonly type: number;
  readonly afterMs: number;
}

function readWait(guest: Guest, at: number, clock: (id: number) => bigint): Wait {
  const view = guest.memory.view();
  const type = view.getUint8(at + SUBSCRIPTION.tag);
  const timeout = view.getBigUint64(at + SUBSCRIPTION.timeout, true);
  const absolute = (view.getUint16(at + SUBSCRIPTION.flags, true) & CLOCK_ABSOLUTE) !== 0;
  const after = absolute ? timeout - clock(view.getUint32(at + SUBSCRIPTION.clock, true)) : timeout;
  return { userdata: view.getBigUint64(at, true), type, afterMs: Math.max(0, Number(after) / 1e6) };
}

function writeEvent(guest: Guest, at: number, wait: Wait): void {
  guest.memory.write(at, new Uint8Array(EVENT.size));
  const view = guest.memory.view();
  view.setBigUint64(at, wait.userdata, true);
  view.setUint16(at + EVENT.error, wait.type === EVENT_CLOCK ? ERRNO.success : ERRNO.nosys, true);
  view.setUint8(at + EVENT.type, wait.type);
}

/** The functions of WASI that are blocking points. */
export const WASI_BLOCKING: ReadonlySet<string> = new Set(["poll_oneoff", "sched_yield"]);
