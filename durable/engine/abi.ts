/**
 * The functions a guest may import (docs/abi.md, section 4), in one table. The engine's implementations are type-checked
 * against it, and `validate.ts` checks compiled modules against it.
 *
 * Invariants
 * 1. A function that blocks is imported as a `WebAssembly.Suspending`, one that blocks at need by way of the trampoline; no
 *    other one may return a promise.
 * 2. A function needs one of its grants; an empty list means that it is always granted.
 */
import type { Grant } from "../core/application.ts";

export type ValueType = "i32" | "i64" | "f64";

/** `at need`: the guest is suspended only if there is something to wait for. */
export type Blocking = false | "always" | "at need";

/** One function of the ABI. */
export interface HostFunction {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  /** False but at a blocking point ([B] in the specification). */
  readonly blocking: Blocking;
}

type Params = readonly ValueType[];

/** A function that returns at once. */
function fn<const P extends Params, const R extends Params>(params: P, results: R) {
  return { params, results, blocking: false } as const;
}

/** A function that suspends the guest. */
function blocking<const P extends Params, const R extends Params>(params: P, results: R) {
  return { params, results, blocking: "always" } as const;
}

/** A function that suspends the guest at need; it returns an i32. `once`: what it takes to tell whether it has to. */
function atNeed<const P extends Params, const O extends Params>(params: P, once: O) {
  return { params, once, results: ["i32"], blocking: "at need" } as const;
}

/** Every import module of the ABI with its functions. */
export const ABI = {
  "radon:core": {
    take: fn(["i32", "i32"], ["i32"]),
    last_error: fn(["i32", "i32"], ["i32"]),
    self_name: fn(["i32", "i32"], ["i32"]),
    config: fn(["i32", "i32", "i32", "i32"], ["i32"]),
    log: fn(["i32", "i32", "i32"], []),
    now: fn([], ["i64"]),
    monotonic: fn([], ["i64"]),
    random: fn(["i32", "i32"], []),
    sleep: atNeed(["i64"], []),
    yield: blocking([], ["i32"]),
  },
  "radon:messaging": {
    send: fn(["i32", "i32", "i32", "i32"], ["i32"]),
    receive: atNeed(["i64", "i32", "i32"], ["i32", "i32"]),
    kind: fn([], ["i32"]),
    sender: fn(["i32", "i32"], ["i32"]),
    attempt: fn([], ["i32"]),
    reply: fn(["i32", "i32"], ["i32"]),
    fail: fn(["i32", "i32"], ["i32"]),
    reply_token: fn([], ["i64"]),
    reply_to: fn(["i64", "i32", "i32"], ["i32"]),
    interrupt: fn(["i32", "i32", "i32", "i32", "i32"], ["i32"]),
    on_reentrant: fn(["i32"], ["i32"]),
  },
  "radon:future": {
    request: fn(["i32", "i32", "i32", "i32", "i64"], ["i64"]),
    timer: fn(["i64"], ["i64"]),
    await: atNeed(["i64", "i64", "i32", "i32"], ["f64", "i32", "i32"]),
    poll: fn(["i64"], ["i32"]),
    on_complete: fn(["i64", "i32"], ["i32"]),
    cancel: fn(["i64"], ["i32"]),
  },
  "radon:interrupt": {
    on: fn(["i32", "i32"], ["i32"]),
    off: fn(["i32"], ["i32"]),
    mask: fn([], ["i32"]),
    unmask: fn([], ["i32"]),
    preempt: fn(["i32"], ["i32"]),
  },
  "radon:kv": {
    get: fn(["i32", "i32", "i32", "i32"], ["i32"]),
    put: fn(["i32", "i32", "i32", "i32"], ["i32"]),
    delete: fn(["i32", "i32"], ["i32"]),
    scan: fn(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"], ["i32"]),
  },
  "radon:naming": {
    resolve: blocking(["i32", "i32", "i32", "i32"], ["i32"]),
    lookup: blocking(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"], ["i32"]),
    alias: fn(["i32", "i32", "i32", "i32"], ["i32"]),
    unalias: fn(["i32", "i32", "i32", "i32"], ["i32"]),
  },
  "radon:http": {
    head: fn(["i32", "i32"], ["i32"]),
    respond: fn(["i32", "i32", "i32", "i32", "i32"], ["i32"]),
    fetch: fn(["i32", "i32", "i32", "i32"], ["i64"]),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, HostFunction>>>>;

/** What AssemblyScript's own runtime imports; the engine provides it without a grant. */
export const ASSEMBLYSCRIPT_ENV = {
  /** `(message, file, line, column)`: the strings are AssemblyScript's own (UTF-16). The engine traps the atom. */
  abort: fn(["i32", "i32", "i32", "i32"], []),
  /** The seed of `Math.random`. */
  seed: fn([], ["f64"]),
} as const satisfies Readonly<Record<string, HostFunction>>;

export const METERING_MODULE = "radon:metering";

/** The export by which the build shows the stack pointer of a module that has one, for the texts of traps. */
export const STACK_POINTER_EXPORT = "radon:stack_pointer";

/** What the build puts into modules, so that their time and memory have limits; no module imports it on its own. */
export const METERING = {
  /** The budget is used up: the units of a new one; 0 if `pause` has to be called first; -1 if the instance is lost. */
  tick: fn([], ["i32"]),
  /** Lets the event loop have its turn; the units of a new budget, or -1. It is a safe point, and commits nothing. */
  pause: blocking([], ["i32"]),
  /** `(pages, more)`: 1 if memories of that many pages together may grow by so many more. */
  may_grow: fn(["i32", "i32"], ["i32"]),
} as const satisfies Readonly<Record<string, HostFunction>>;

export const WASI_MODULE = "wasi_snapshot_preview1";

/** The functions of WASI preview 1. They are accepted by name; what a runtime does not have answers ENOSYS. */
export const WASI_FUNCTIONS: readonly string[] = [
  ...["args_get", "args_sizes_get", "environ_get", "environ_sizes_get", "clock_res_get", "clock_time_get"],
  ...["fd_advise", "fd_allocate", "fd_close", "fd_datasync", "fd_fdstat_get", "fd_fdstat_set_flags"],
  ...["fd_fdstat_set_rights", "fd_filestat_get", "fd_filestat_set_size", "fd_filestat_set_times", "fd_pread"],
  ...["fd_prestat_get", "fd_prestat_dir_name", "fd_pwrite", "fd_read", "fd_readdir", "fd_renumber", "fd_seek"],
  ...["fd_sync", "fd_tell", "fd_write", "path_create_directory", "path_filestat_get", "path_filestat_set_times"],
  ...["path_link", "path_open", "path_readlink", "path_remove_directory", "path_rename", "path_symlink"],
  ...["path_unlink_file", "poll_oneoff", "proc_exit", "proc_raise", "random_get", "sched_yield"],
  ...["sock_accept", "sock_recv", "sock_send", "sock_shutdown"],
];

/** Every module a guest may import from. */
export const IMPORT_MODULES: readonly string[] = [...Object.keys(ABI), "env", WASI_MODULE];

export type AbiModule = keyof typeof ABI;
export type AbiFunction<M extends AbiModule> = keyof (typeof ABI)[M];

/** A value as it crosses between the guest and JavaScript: an i64 is a bigint. */
export type JsValue<T extends ValueType> = T extends "i64" ? bigint : number;
type JsParams<P extends Params> = { -readonly [I in keyof P]: JsValue<P[I]> };
type JsResult<R extends Params> = R extends readonly [infer T extends ValueType] ? JsValue<T> : void;

/** A function that blocks at need. */
export interface AtNeed<O extends readonly unknown[], A extends readonly unknown[]> {
  /** The result if there is one at once; undefined if the guest has to wait. */
  atOnce(this: void, ...args: O): number | undefined;
  /** Called right after `atOnce` had no result. */
  suspending(this: void, ...args: A): Promise<number>;
}

/** What implements one function of the ABI in JavaScript. */
export type Implementation<F extends HostFunction> = F extends { readonly once: infer O extends Params }
  ? AtNeed<JsParams<O>, JsParams<F["params"]>>
  : (
      ...args: JsParams<F["params"]>
    ) => F["blocking"] extends "always" ? Promise<JsResult<F["results"]>> : JsResult<F["results"]>;

/** The implementations of one import module, all of its functions and no other. */
export type Implementations<M extends AbiModule> = {
  readonly [F in keyof (typeof ABI)[M]]: Implementation<HostFunctionOf<M, F>>;
};
type HostFunctionOf<M extends AbiModule, F extends keyof (typeof ABI)[M]> = (typeof ABI)[M][F] extends infer H extends
  HostFunction
  ? H
  : never;

/** The implementations of AssemblyScript's `env`. */
export type EnvImplementations = {
  readonly [F in keyof typeof ASSEMBLYSCRIPT_ENV]: Implementation<(typeof ASSEMBLYSCRIPT_ENV)[F]>;
};

/** The implementations of `radon:metering`. */
export type MeteringImplementations = {
  readonly [F in keyof typeof METERING]: Implementation<(typeof METERING)[F]>;
};

const GRANT_OF_MODULE: Readonly<Record<string, readonly Grant[]>> = {
  "radon:messaging": ["messaging"],
  "radon:future": ["future"],
  "radon:interrupt": ["interrupt"],
  "radon:kv": ["kv"],
  "radon:naming": ["naming"],
  "radon:http": ["http-trigger", "http"],
  [WASI_MODULE]: ["wasi"],
};

/** The grants of which an atom needs one to import the function; empty if it needs none. */
export function grantsFor(module: string, name: string): readonly Grant[] {
  if (module === "radon:http" && name === "fetch") return ["http"];
  return (Object.hasOwn(GRANT_OF_MODULE, module) && GRANT_OF_MODULE[module]) || [];
}
