/**
 * Checks a compiled module against the ABI before anything runs: at build time with the module's bytes, so that signatures are
 * checked too; when a runtime loads it, without (`instance.ts`).
 *
 * Invariants
 * 1. A module without errors here links: its imports are all there, granted, and of the types that the engine calls with.
 * 2. Each problem says where in the module it is and what to do about it.
 */
import type { Grant } from "../core/application.ts";
import { didYouMean } from "../core/suggest.ts";
import {
  ABI,
  ASSEMBLYSCRIPT_ENV,
  grantsFor,
  IMPORT_MODULES,
  METERING,
  METERING_MODULE,
  WASI_FUNCTIONS,
  WASI_MODULE,
  type HostFunction,
} from "./abi.ts";
import { libraryAdvice } from "./library-advice.ts";
import { readSignatures, type Signature, type Signatures } from "./wasm-signatures.ts";

/** The rules that a module is held to, as a conformance report lists them. */
export const MODULE_RULES = [
  "memory",
  "body",
  "initialize",
  "start",
  "callback",
  "migrate",
  "import kinds",
  "known imports",
  "import types",
  "grants",
] as const;
export type ModuleRule = (typeof MODULE_RULES)[number];

export interface ModuleProblem {
  readonly rule: ModuleRule;
  readonly severity: "error" | "warning";
  /** The import or export that it is about, for example `import radon:kv.get`. */
  readonly where: string;
  readonly message: string;
  readonly remedy: string;
}

/** Everything that is wrong with a module for an atom with these grants. */
export function validateModule(
  module: WebAssembly.Module,
  grants: readonly Grant[],
  bytes?: Uint8Array,
): ModuleProblem[] {
  return [...moduleProblems(module, bytes), ...grantProblems(module, grants)];
}

/** What is wrong with a module, whichever atom uses it. */
export function moduleProblems(module: WebAssembly.Module, bytes?: Uint8Array): ModuleProblem[] {
  const signatures = bytes === undefined ? undefined : readSignatures(bytes);
  return [
    ...exportProblems(module, signatures),
    ...WebAssembly.Module.imports(module).flatMap((each) => importProblem(each, signatures) ?? []),
    ...callbackProblems(module),
  ];
}

/** The imports that an atom's configuration does not grant, those of one capability together. */
export function grantProblems(module: WebAssembly.Module, grants: readonly Grant[]): ModuleProblem[] {
  const missing = new Map<string, { readonly grant: Grant; readonly imports: ImportDescriptor[] }>();
  for (const each of WebAssembly.Module.imports(module)) {
    if (knownFunction(each.module, each.name) === undefined) continue;
    const needed = grantsFor(each.module, each.name);
    const grant = needed[0];
    if (grant === undefined || needed.some((other) => grants.includes(other))) continue;
    const key = `${each.module} ${grant}`;
    const others = missing.get(key);
    if (others) others.imports.push(each);
    else missing.set(key, { grant, imports: [each] });
  }
  return [...missing.values()].map(({ grant, imports }) => notGranted(grant, imports));
}

function notGranted(grant: Grant, imports: readonly ImportDescriptor[]): ModuleProblem {
  const [first, ...others] = imports.map(({ module, name }, index) => (index === 0 ? `${module}.${name}` : name));
  const last = others.pop();
  const names = last === undefined ? first : `${[first, ...others].join(", ")} and ${last}`;
  return error(
    "grants",
    `import ${first}`,
    `It imports ${names}, but the capability "${grant}" is not granted to it.`,
    `Add "${grant}" to the grants of the atom, or do not import the ${last === undefined ? "function" : "functions"}.`,
  );
}

interface ExportedFunction {
  readonly rule: ModuleRule;
  readonly signature: Signature;
}

const NOTHING: Signature = { params: [], results: [] };
const CALLBACK: Signature = { params: ["i32", "i32", "i32"], results: [] };
const EXPORTS: Readonly<Record<string, ExportedFunction>> = {
  invoke: { rule: "body", signature: NOTHING },
  _start: { rule: "body", signature: NOTHING },
  _initialize: { rule: "initialize", signature: NOTHING },
  radon_callback: { rule: "callback", signature: CALLBACK },
  migrate: { rule: "migrate", signature: NOTHING },
};

function exportProblems(module: WebAssembly.Module, signatures: Signatures | undefined): ModuleProblem[] {
  const exports = WebAssembly.Module.exports(module);
  const kinds = new Map(exports.map(({ name, kind }) => [name, kind]));
  const wrong = Object.entries(EXPORTS).flatMap(([name, expected]) => {
    const kind = kinds.get(name);
    return kind === undefined ? [] : (functionExportProblem(name, kind, expected, signatures) ?? []);
  });
  return [...memoryProblems(kinds.get("memory")), ...bodyProblems(kinds), ...wrong, ...commandProblems(kinds)];
}

function memoryProblems(kind: string | undefined): ModuleProblem[] {
  if (kind === "memory") return [];
  const message =
    kind === undefined ? 'It does not export its memory as "memory".' : `Its export "memory" is a ${kind}.`;
  return [
    error(
      "memory",
      "export memory",
      message,
      'Export the linear memory as "memory"; in text format: (memory (export "memory") 1).',
    ),
  ];
}

function bodyProblems(kinds: ReadonlyMap<string, string>): ModuleProblem[] {
  if (kinds.has("invoke") || kinds.has("_start")) return [];
  const hint = didYouMean("invoke", kinds.keys());
  const message = `It exports neither "invoke" nor "_start", so there is nothing to run.${hint}`;
  const remedy = 'Export a function "invoke" without parameters and results: the body of the atom.';
  return [error("body", "export invoke", message, remedy)];
}

function commandProblems(kinds: ReadonlyMap<string, string>): ModuleProblem[] {
  if (kinds.has("invoke") || !kinds.has("_start") || !kinds.has("migrate")) return [];
  const message = 'It is a command, which is entered by "_start" alone: its "migrate" is never called.';
  const remedy = 'Export "invoke" instead of "_start", or do without "migrate".';
  return [{ rule: "migrate", severity: "warning", where: "export migrate", message, remedy }];
}

function functionExportProblem(
  name: string,
  kind: string,
  { rule, signature: expected }: ExportedFunction,
  signatures: Signatures | undefined,
): ModuleProblem | undefined {
  const where = `export ${name}`;
  const remedy = `Export it as a function ${shownSignature(expected)}.`;
  if (kind !== "function") return error(rule, where, `Its export "${name}" is a ${kind}.`, remedy);
  const found = signatures?.exports.get(name);
  if (found === undefined || sameSignature(found, expected)) return undefined;
  return error(rule, where, `Its function "${name}" is ${shownSignature(found)}.`, remedy);
}

type ImportDescriptor = ReturnType<typeof WebAssembly.Module.imports>[number];

function importProblem(each: ImportDescriptor, signatures: Signatures | undefined): ModuleProblem | undefined {
  const { module, name, kind } = each;
  const where = whereIs(each);
  const advice = module === "env" ? libraryAdvice(name) : undefined;
  if (kind !== "function") {
    if (advice !== undefined)
      return error("import kinds", where, `It imports a ${kind} of AssemblyScript's library.`, advice);
    const remedy =
      kind === "memory" ? "Define the memory in the module and export it." : `Define the ${kind} in the module.`;
    return error("import kinds", where, `It imports a ${kind}; atoms import functions only.`, remedy);
  }
  if (!IMPORT_MODULES.includes(module) && module !== METERING_MODULE) {
    const remedy = `${didYouMean(module, IMPORT_MODULES)} Import modules: ${IMPORT_MODULES.join(", ")}.`;
    return error("known imports", where, `There is no import module "${module}".`, remedy.trim());
  }
  const known = knownFunction(module, name);
  if (known === undefined) {
    if (advice !== undefined)
      return error("known imports", where, `It imports ${name} of AssemblyScript's library.`, advice);
    const names = functionsOf(module);
    const remedy = `${didYouMean(name, names)} Functions of ${module}: ${names.join(", ")}.`;
    return error("known imports", where, `${module} has no function "${name}".`, remedy.trim());
  }
  const found = signatures?.imports.get(module)?.get(name);
  if (known === "by name" || found === undefined || sameSignature(found, known)) return undefined;
  return error(
    "import types",
    where,
    `It imports ${module}.${name} as ${shownSignature(found)}.`,
    `Declare it as ${shownSignature(known)}.`,
  );
}

/** The functions that register a callback. */
export const REGISTERING: readonly string[] = [
  "radon:interrupt.on",
  "radon:future.on_complete",
  "radon:messaging.on_reentrant",
];

function callbackProblems(module: WebAssembly.Module): ModuleProblem[] {
  if (WebAssembly.Module.exports(module).some((each) => each.name === "radon_callback")) return [];
  const found = WebAssembly.Module.imports(module).find((each) => REGISTERING.includes(`${each.module}.${each.name}`));
  if (found === undefined) return [];
  const message = `It imports ${found.module}.${found.name}, but exports no "radon_callback" that could be called.`;
  const remedy = `Export a function "radon_callback" ${shownSignature(CALLBACK)}.`;
  return [{ rule: "callback", severity: "warning", where: "export radon_callback", message, remedy }];
}

/** The function's entry in the ABI; `by name` where its type is not checked. */
function knownFunction(module: string, name: string): HostFunction | "by name" | undefined {
  if (module === WASI_MODULE) return WASI_FUNCTIONS.includes(name) ? "by name" : undefined;
  const functions = tableOf(module);
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

function functionsOf(module: string): readonly string[] {
  return module === WASI_MODULE ? WASI_FUNCTIONS : Object.keys(tableOf(module));
}

function tableOf(module: string): Readonly<Record<string, HostFunction>> {
  if (module === "env") return ASSEMBLYSCRIPT_ENV;
  if (module === METERING_MODULE) return METERING;
  return isAbiModule(module) ? ABI[module] : {};
}

function isAbiModule(module: string): module is keyof typeof ABI {
  return Object.hasOwn(ABI, module);
}

function sameSignature(a: Signature, b: Signature): boolean {
  return shownSignature(a) === shownSignature(b);
}

/** `(i32, i64) -> i32`; nothing is `()`. */
function shownSignature({ params, results }: Signature): string {
  return `(${params.join(", ")}) -> ${results.length === 1 ? results[0] : `(${results.join(", ")})`}`;
}

function whereIs({ module, name }: ImportDescriptor): string {
  return `import ${module}.${name}`;
}

function error(rule: ModuleRule, where: string, message: string, remedy: string): ModuleProblem {
  return { rule, severity: "error", where, message, remedy };
}
