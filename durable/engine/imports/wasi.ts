/**
 * WASI preview 1 (docs/abi.md, section 5). The shim does descriptors and their layouts in memory; what an atom means by its
 * streams, arguments, time, chance and sleep is done here and in the files beside.
 *
 * Invariants
 * 1. Every function that preview 1 names can be imported. There are standard streams and no files: what is not done here answers
 *    ENOSYS, and traps nobody. Whoever looks for a file is told so in the log, once.
 * 2. A pointer outside the memory traps, as it does everywhere in the ABI.
 */
import { WASI } from "@bjorn3/browser_wasi_shim";
import type { Guest } from "../guest.ts";
import { GuestFault } from "../memory.ts";
import { StandardStreams } from "../streams.ts";
import { CLOCK_ID_MAX, CLOCK_REALTIME, ERRNO } from "./wasi-constants.ts";
import { openFiles } from "./wasi-files.ts";
import { errnoOf, pollOneoff } from "./wasi-poll.ts";
import { TextList } from "./wasi-texts.ts";

const IOVECS_MAX = 1_024;
const IOVEC_BYTES = 8;
/** Clocks of the platform go by milliseconds where it wants them to. */
const CLOCK_RESOLUTION_NS = 1_000_000n;

const FROM_SHIM = [
  ...["proc_exit", "fd_close", "fd_datasync", "fd_fdstat_get", "fd_fdstat_set_flags", "fd_filestat_get"],
  ...["fd_prestat_get", "fd_prestat_dir_name", "fd_read", "fd_seek", "fd_sync", "fd_tell", "fd_write"],
] as const;

/** What the engine does itself. */
const OWN = [
  ...(["args_get", "args_sizes_get", "environ_get", "environ_sizes_get", "clock_time_get", "clock_res_get"] as const),
  ...(["random_get", "sched_yield", "poll_oneoff", "proc_raise"] as const),
];
type Own = (typeof OWN)[number];

/** The functions that do something; every other one answers ENOSYS. */
export const WASI_AT_WORK: readonly string[] = [...FROM_SHIM, ...OWN];

type WasiFunction = (...args: never[]) => unknown;

export interface WasiImports {
  readonly streams: StandardStreams;
  /** The function of a name; what a runtime does not have answers ENOSYS. */
  function(name: string): WasiFunction;
  attach(instance: WebAssembly.Instance): void;
}

export function wasiImports(guest: Guest): WasiImports {
  const streams = new StandardStreams((level, line) => guest.log(level, line));
  const shim = new WASI([], [], openFiles(streams));
  const own: Readonly<Record<Own, WasiFunction>> = {
    ...textFunctions(guest),
    ...clockFunctions(guest),
    ...ownFunctions(guest, streams),
  };
  const functions = new Map([...fromShim(shim, guest), ...Object.entries<WasiFunction>(own)]);
  return {
    streams,
    function: (name) => functions.get(name) ?? absent(name, guest),
    attach: (instance) => {
      shim.inst = instance as typeof shim.inst;
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

/** What a runtime does not have. Of files an author hears: what libraries make of ENOSYS says little. */
function absent(name: string, guest: Guest): WasiFunction {
  if (!name.startsWith("path_")) return () => ERRNO.nosys;
  return (_directory: number, _flags: number, ptr: number, length: number) => {
    const path = name === "path_open" ? ` of "${shown(guest.memory.read(ptr, length))}"` : "";
    if (!guest.lasting.toldOfFiles)
      guest.log(
        "warn",
        `${name}${path} fails: an atom has no files. What is to stay belongs into its key-value store, what is only read into the module.`,
      );
    guest.lasting.toldOfFiles = true;
    return ERRNO.nosys;
  };
}

const PATH_BYTES_MAX = 200;

function shown(path: Uint8Array): string {
  return new TextDecoder().decode(path.subarray(0, PATH_BYTES_MAX));
}

function textFunctions(guest: Guest) {
  const { config } = guest.host.entry;
  const args = new TextList([guest.host.self, ...(config.args ?? "").split(/\s+/).filter((arg) => arg !== "")]);
  const environment = new TextList(Object.entries(config).map(([name, value]) => `${name}=${value}`));
  const sizes = (list: TextList) => (count: number, bytes: number) => {
    list.writeSizes(guest.memory, count, bytes);
    return ERRNO.success;
  };
  const texts = (list: TextList) => (pointers: number, ptr: number) => {
    list.write(guest.memory, pointers, ptr);
    return ERRNO.success;
  };
  return {
    args_sizes_get: sizes(args),
    args_get: texts(args),
    environ_sizes_get: sizes(environment),
    environ_get: texts(environment),
  };
}

function clockFunctions(guest: Guest) {
  const answer = (id: number, ptr: number, value: () => bigint) => {
    guest.memory.check(ptr, 8);
    if (id < 0 || id > CLOCK_ID_MAX) return ERRNO.inval;
    guest.memory.view.setBigUint64(ptr >>> 0, value(), true);
    return ERRNO.success;
  };
  return {
    clock_time_get: (id: number, _precision: bigint, ptr: number) => answer(id, ptr, () => clockNs(guest, id)),
    clock_res_get: (id: number, ptr: number) => answer(id, ptr, () => CLOCK_RESOLUTION_NS),
  };
}

function clockNs({ host }: Guest, id: number): bigint {
  return BigInt(Math.round((id === CLOCK_REALTIME ? host.now() : host.monotonic()) * 1e6));
}

function ownFunctions(guest: Guest, streams: StandardStreams) {
  const { host } = guest;
  return {
    random_get: (ptr: number, length: number) => {
      guest.memory.check(ptr, length);
      const bytes = new Uint8Array(length >>> 0);
      host.fillRandom(bytes);
      guest.memory.write(ptr, bytes);
      return ERRNO.success;
    },
    sched_yield: async () => errnoOf((await guest.blockOn(() => host.giveWay())) ?? undefined),
    poll_oneoff: (...args: [number, number, number, number]) =>
      pollOneoff(guest, streams, (id) => clockNs(guest, id), args),
    proc_raise: (signal: number) => {
      throw new GuestFault(`The atom raised signal ${signal}.`);
    },
  };
}

/** The functions of WASI that are blocking points. */
export const WASI_BLOCKING: ReadonlySet<string> = new Set(["poll_oneoff", "sched_yield"]);
