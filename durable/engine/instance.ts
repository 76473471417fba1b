/**
 * Instances: a compiled module, its imports bound to a guest. Every import is one of the ABI's, granted, and wrapped so
 * that a fault in it dooms the instance; blocking ones suspend the guest (JSPI).
 */
import { failure, type Failure } from "../core/errors.ts";
import { ABI, grantsFor, WASI_MODULE } from "./abi.ts";
import type { Guest, GuestExports } from "./guest.ts";
import { coreImports } from "./imports/core.ts";
import { assemblyScriptImports } from "./imports/env.ts";
import { futureImports } from "./imports/future.ts";
import { httpImports } from "./imports/http.ts";
import { interruptImports } from "./imports/interrupt.ts";
import { kvImports } from "./imports/kv.ts";
import { messagingImports } from "./imports/messaging.ts";
import { namingImports } from "./imports/naming.ts";
import { WASI_BLOCKING, wasiImports } from "./imports/wasi.ts";
import { GuestMemory } from "./memory.ts";

type AnyFunction = (...args: never[]) => unknown;

/** JSPI, which the type definitions of the platform do not have yet. */
interface Jspi {
  readonly Suspending: new (fn: AnyFunction) => WebAssembly.ImportValue;
  readonly promising: (fn: AnyFunction) => (...args: readonly (number | bigint)[]) => Promise<void>;
}
const jspi = WebAssembly as unknown as Jspi;

/** The module imports what Radon does not have. */
class UnknownImport extends Error {
  override readonly name = "LinkError";
}

/** True if a module cannot be linked, so that trying again is of no use. */
export function isLinkError(error: unknown): error is Error {
  return error instanceof Error && error.name === "LinkError";
}

/** True if the module is a WASI command: its `_start` runs once an instance. */
export function isCommand(module: WebAssembly.Module): boolean {
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  return !names.includes("invoke") && names.includes("_start");
}

/** What keeps the module from being loaded for this guest, if anything. */
export function checkModule(module: WebAssembly.Module, guest: Guest): Failure | undefined {
  const { entry, self } = guest.host;
  const exports = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  if (exports.get("memory") !== "memory")
    return failure("INVALID", `The module of ${self} exports no memory named "memory".`);
  if (exports.get("invoke") !== "function" && exports.get("_start") !== "function") {
    return failure("INVALID", `The module of ${self} exports neither invoke nor _start: export "invoke: () -> ()".`);
  }
  for (const name of ["_initialize", "radon_callback"]) {
    const kind = exports.get(name) ?? "function";
    if (kind !== "function")
      return failure("INVALID", `The export ${name} of ${self} is a ${kind}; it has to be a function.`);
  }
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const grants = grantsFor(from, name);
    if (grants.length === 0 || grants.some((grant) => entry.grants.includes(grant))) continue;
    return failure(
      "DENIED",
      `The module of ${self} imports ${from}.${name}; its configuration does not grant "${grants[0]}".`,
    );
  }
  return undefined;
}

/** Makes the instance and attaches it to the guest; throws if the module cannot be linked. */
export function instantiate(module: WebAssembly.Module, guest: Guest): void {
  const wasi = wasiImports(guest);
  const imports = linkImports(module, guest, (name) => wasi.function(name));
  const instance = new WebAssembly.Instance(module, imports);
  wasi.attach(instance);
  const memory = new GuestMemory(instance.exports.memory as WebAssembly.Memory);
  guest.attach(memory, enterable(instance), () => wasi.flush());
}

function enterable({ exports }: WebAssembly.Instance): GuestExports {
  const body = (exports.invoke ?? exports._start) as AnyFunction;
  return {
    initialize: exports._initialize ? jspi.promising(exports._initialize as AnyFunction) : undefined,
    invoke: jspi.promising(body),
    callback: exports.radon_callback ? jspi.promising(exports.radon_callback as AnyFunction) : undefined,
  };
}

/** Names come from the module: those of JavaScript's own objects, such as `__proto__`, mean nothing here. */
function linkImports(
  module: WebAssembly.Module,
  guest: Guest,
  wasi: (name: string) => AnyFunction,
): WebAssembly.Imports {
  const table = hostFunctions(guest);
  const imports = new Map<string, Map<string, WebAssembly.ImportValue>>();
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const fn = from === WASI_MODULE ? wasi(name) : own(own(table, from), name);
    if (!fn) throw new UnknownImport(`The module imports ${from}.${name}, which Radon does not have.`);
    const linked = isBlocking(from, name) ? new jspi.Suspending(guardedAsync(guest, fn)) : guarded(guest, fn);
    imports.set(from, (imports.get(from) ?? new Map<string, WebAssembly.ImportValue>()).set(name, linked));
  }
  return Object.fromEntries([...imports].map(([from, functions]) => [from, Object.fromEntries(functions)]));
}

function own<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

function hostFunctions(guest: Guest): Readonly<Record<string, Readonly<Record<string, AnyFunction>>>> {
  return {
    "radon:core": coreImports(guest),
    "radon:messaging": messagingImports(guest),
    "radon:future": futureImports(guest),
    "radon:interrupt": interruptImports(guest),
    "radon:kv": kvImports(guest),
    "radon:naming": namingImports(guest),
    "radon:http": httpImports(guest),
    env: assemblyScriptImports(guest),
  };
}

function isBlocking(module: string, name: string): boolean {
  if (module === WASI_MODULE) return WASI_BLOCKING.has(name);
  const functions: Readonly<Record<string, { readonly blocking: boolean }>> | undefined = own(ABI, module);
  return own(functions, name)?.blocking ?? false;
}

function guarded(guest: Guest, fn: AnyFunction): AnyFunction {
  return (...args: never[]) => {
    guest.throwIfDoomed();
    try {
      return fn(...args);
    } catch (error) {
      throw guest.fault(error);
    }
  };
}

function guardedAsync(guest: Guest, fn: AnyFunction): AnyFunction {
  return async (...args: never[]) => {
    guest.throwIfDoomed();
    try {
      return await fn(...args);
    } catch (error) {
      throw guest.fault(error);
    }
  };
}
