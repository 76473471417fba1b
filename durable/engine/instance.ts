/**
 * Instances: a compiled module, its imports bound to a guest. Every import is one of the ABI's, granted, and wrapped so
 * that a fault in it dooms the instance; blocking ones suspend the guest (JSPI), some of them only at need (`trampoline.ts`).
 */
import type { Grant } from "../core/application.ts";
import { failure, type Failure } from "../core/errors.ts";
import { ABI, METERING, METERING_MODULE, STACK_POINTER_EXPORT, WASI_MODULE, type Blocking } from "./abi.ts";
import { guarded, guardedAsync } from "./guarded.ts";
import type { Guest, GuestExports } from "./guest.ts";
import { hostFunctions, type HostFunctions } from "./host-functions.ts";
import { WASI_BLOCKING, wasiImports } from "./imports/wasi.ts";
import { promising, suspending, type AnyFunction } from "./jspi.ts";
import { GuestMemory } from "./memory.ts";
import type { Program } from "./program.ts";
import { SourceLines } from "./source-lines.ts";
import type { EngineModules } from "./engine-modules.ts";
import { FastPath } from "./fast-path.ts";
import { PLAIN, Trampoline, type AtNeedFunctions } from "./trampoline.ts";
import { validateModule, type ModuleProblem } from "./validate.ts";

/** The module imports what Radon does not have. */
class UnknownImport extends Error {
  override readonly name = "LinkError";
}

/** True if a module cannot be linked, so that trying again is of no use. */
export function isLinkError(error: unknown): error is Error {
  return error instanceof Error && error.name === "LinkError";
}

/** A compiled module as what an atom runs. */
export function moduleProgram(module: WebAssembly.Module, engine: EngineModules): Program {
  const described = describedModule(module);
  return {
    check: (guest) => checkModule(described, guest),
    instantiate: (guest) => instantiate(described, engine, guest),
    sourceLines: () => SourceLines.of(module),
  };
}

interface DescribedModule {
  readonly module: WebAssembly.Module;
  readonly imports: ReturnType<typeof WebAssembly.Module.imports>;
  /** By the grants of an atom: what keeps the module from running with them. */
  readonly checked: Map<string, ModuleProblem | undefined>;
}

/**
 * All that is the same for each instance is asked for once: a command has an instance a message, and atoms that share an
 * isolate share modules as well.
 */
const describedModules = new WeakMap<WebAssembly.Module, DescribedModule>();

function describedModule(module: WebAssembly.Module): DescribedModule {
  let described = describedModules.get(module);
  if (described === undefined) {
    described = { module, imports: WebAssembly.Module.imports(module), checked: new Map() };
    describedModules.set(module, described);
  }
  return described;
}

/** The build has checked it before, signatures included. Imports that are not there are for linking to find. */
function checkModule({ module, checked }: DescribedModule, { host }: Guest): Failure | undefined {
  const { grants } = host.entry;
  const key = grants.join();
  if (!checked.has(key)) checked.set(key, whatKeeps(module, grants));
  const found = checked.get(key);
  if (found === undefined) return undefined;
  const code = found.rule === "grants" ? "DENIED" : "INVALID";
  return failure(code, `The module of ${host.self}, ${found.where}: ${found.message} ${found.remedy}`);
}

function whatKeeps(module: WebAssembly.Module, grants: readonly Grant[]): ModuleProblem | undefined {
  const problems = validateModule(module, grants);
  return problems.find(({ severity, rule }) => severity === "error" && rule !== "known imports");
}

function instantiate(described: DescribedModule, engine: EngineModules, guest: Guest): void {
  // The shim of WASI is large for an atom that needs none.
  const wasi = described.imports.some((each) => each.module === WASI_MODULE) ? wasiImports(guest) : undefined;
  const table = hostFunctions(guest);
  const trampoline = new Trampoline(engine.trampoline, guest, atNeedFunctions(table), table["radon:messaging"]);
  const imports = linkImports(described.imports, guest, trampoline, (from, name) =>
    from === WASI_MODULE ? wasi?.function(name) : own(own<FunctionTable>(table, from), name),
  );
  const instance = new WebAssembly.Instance(described.module, imports);
  wasi?.attach(instance);
  const memory = instance.exports.memory as WebAssembly.Memory;
  const fastPath = new FastPath(guest, (exchange, number) =>
    trampoline.hasten(engine.fastPath, memory, exchange, number),
  );
  guest.attach(new GuestMemory(memory), enterable(instance, trampoline), wasi?.streams, fastPath);
}

function enterable({ exports }: WebAssembly.Instance, trampoline: Trampoline): GuestExports {
  const {
    _initialize,
    _start,
    invoke = _start,
    migrate,
    radon_callback: callback,
    [STACK_POINTER_EXPORT]: stack,
  } = exports;
  return {
    initialize: _initialize && promising(_initialize as AnyFunction),
    migrate: exports.invoke && migrate && promising(migrate as AnyFunction),
    invoke: trampoline.loopOver(invoke as WebAssembly.ExportValue),
    repeatable: exports.invoke !== undefined,
    callback: callback && promising(callback as AnyFunction),
    stackPointer: stack instanceof WebAssembly.Global ? () => Number(stack.value) : undefined,
  };
}

/** Names come from the module: those of JavaScript's own objects, such as `__proto__`, mean nothing here. */
function linkImports(
  wanted: DescribedModule["imports"],
  guest: Guest,
  trampoline: Trampoline,
  find: (from: string, name: string) => HostFunction | undefined,
): WebAssembly.Imports {
  const imports = new Map<string, Map<string, WebAssembly.ImportValue>>();
  for (const { module: from, name } of wanted) {
    const fn = find(from, name);
    if (!fn) throw new UnknownImport(`The module imports ${from}.${name}, which Radon does not have.`);
    const functions = imports.get(from) ?? new Map<string, WebAssembly.ImportValue>();
    imports.set(from, functions.set(name, linked(guest, trampoline, from, name, fn)));
  }
  return Object.fromEntries([...imports].map(([from, functions]) => [from, Object.fromEntries(functions)]));
}

function linked(guest: Guest, trampoline: Trampoline, from: string, name: string, fn: HostFunction) {
  if (typeof fn !== "function" || isPlain(from, name)) return trampoline.function(name as keyof AtNeedFunctions);
  // Metering answers a doomed guest by a number: an exception it could catch.
  if (from === METERING_MODULE) return isBlocking(from, name) ? suspending(fn) : fn;
  if (isBlocking(from, name)) return suspending(guardedAsync(guest, fn));
  return guarded(guest, fn, standsApart(from, name) ? "apart" : "current message");
}

function own<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

type HostFunction = AnyFunction | AtNeedFunctions[keyof AtNeedFunctions];
type FunctionTable = Readonly<Record<string, HostFunction>>;

function atNeedFunctions(table: HostFunctions): AtNeedFunctions {
  const { receive } = table["radon:messaging"];
  return { receive, sleep: table["radon:core"].sleep, await: table["radon:future"].await };
}

function isPlain(from: string, name: string): boolean {
  return from === "radon:messaging" && PLAIN.some((plain) => plain === name);
}

const APART = new Set(["log", "now", "monotonic", "random", "self_name", "config"]);

/** True of functions that have nothing to do with the current message. */
function standsApart(from: string, name: string): boolean {
  return from === "radon:kv" || (from === "radon:core" && APART.has(name));
}

function isBlocking(module: string, name: string): boolean {
  if (module === WASI_MODULE) return WASI_BLOCKING.has(name);
  const functions: Readonly<Record<string, { readonly blocking: Blocking }>> | undefined =
    module === METERING_MODULE ? METERING : own(ABI, module);
  return (own(functions, name)?.blocking ?? false) !== false;
}
