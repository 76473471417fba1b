/**
 * Gives a compiled module a budget of computing time and a limit of memory, by rewriting its binary (docs/abi.md, section 7).
 *
 * Invariants
 * 1. Between two looks at the budget there is a bounded amount of code: each loop that turns and each function that calls
 *    or is long takes its units from it.
 * 2. The module does what it did: nothing but the indices of its functions changes, and all that moves them is rewritten.
 * 3. Names of functions, locals and globals stay. What refers to places in the code by their offsets (DWARF, branch hints) is left out: it
 *    would lie. Where the code went is told, for what is to be kept of it.
 * 4. The same bytes give the same result.
 */
import { METERING_MODULE } from "../../../durable/engine/abi.ts";
import { Additions, type Needs } from "./additions.ts";
import { edited, joined, section, UnknownEncoding, unsigned, type Bytes, type Edit } from "./binary.ts";
import { readBodies, type FunctionBody, type Site } from "./function-body.ts";
import { HEADER_BYTES, indexModule, SECTION, type ModuleIndex, type Section } from "./module-index.ts";
import type { MovedBody } from "./moved-code.ts";
import { globalNamed, movedNames, NAME_SECTION, newNames, unlessUnreadable } from "./name-section.ts";
import { extended, functionIndices } from "./sections.ts";
import { LOOP_UNITS } from "./weights.ts";
import { Work } from "./work.ts";

/** What C and Rust call their stack pointer. AssemblyScript's own has another name, and no red zone. */
const STACK_POINTER = "__stack_pointer";

export type Metered =
  | {
      readonly ok: true;
      readonly wasm: Uint8Array;
      /** How its code has moved; undefined if it has not. */
      readonly moved: readonly MovedBody[] | undefined;
    }
  | { readonly ok: false; readonly message: string };

/** The module with its memory limited and, if `metered`, with a budget. The bytes have to be a valid module. */
export function meterModule(wasm: Uint8Array, metered: boolean): Metered {
  try {
    const module = indexModule(wasm);
    const imports = module.importedFunctions.some((each) => each.module === METERING_MODULE);
    if (imports)
      return { ok: false, message: `It imports from ${METERING_MODULE}, which only the build puts into modules.` };
    return { ok: true, ...rewritten(module, metered) };
  } catch (error) {
    if (!(error instanceof UnknownEncoding)) throw error;
    return { ok: false, message: `It cannot be given limits: ${error.message}.` };
  }
}

type Rewritten = Pick<Extract<Metered, { ok: true }>, "wasm" | "moved">;

function rewritten(module: ModuleIndex, metered: boolean): Rewritten {
  const bodies = readBodies(module);
  const additions = new Additions(module, needsOf(module, bodies, metered));
  if (additions.nothing) return { wasm: module.bytes, moved: undefined };
  const content = new ContentWriter(module, bodies, additions, metered);
  const sections = withMissing(module.sections).filter(isKept);
  const hasNames = sections.some(({ name }) => name === NAME_SECTION);
  const written = sections.map((each) => section(each.id, content.of(each)));
  const names = hasNames ? [] : [section(SECTION.custom, newNames(additions))];
  const wasm = joined([module.bytes.subarray(0, HEADER_BYTES), ...written, ...names]);
  return { wasm, moved: content.movedBodies(codeStart(wasm)) };
}

function codeStart(wasm: Uint8Array): number {
  return indexModule(wasm).sections.find(({ id }) => id === SECTION.code)?.start ?? 0;
}

function needsOf(module: ModuleIndex, bodies: readonly FunctionBody[], metered: boolean): Needs {
  const grown = bodies.flatMap(({ sites }) => sites.flatMap((site) => (site.kind === "grow" ? [site.memory] : [])));
  return {
    metered: metered && bodies.length > 0,
    grown: [...new Set(grown)],
    stackPointer: stackPointerOf(module),
  };
}

function stackPointerOf({ bytes, sections, counters }: ModuleIndex): number | undefined {
  const names = sections.find(({ name }) => name === NAME_SECTION);
  const found = names && unlessUnreadable(() => globalNamed(STACK_POINTER, bytes, names.start, names.end));
  return found !== undefined && counters.has(found) ? found : undefined;
}

/** The order of sections; custom ones may stand anywhere. */
const ORDER: readonly number[] = [
  ...[SECTION.type, SECTION.import, SECTION.function, SECTION.table, SECTION.memory, SECTION.tag, SECTION.global],
  ...[SECTION.export, SECTION.start, SECTION.element, SECTION.dataCount, SECTION.code, SECTION.data],
];

/** With empty sections where additions go and the module has none. */
function withMissing(sections: readonly Section[]): Section[] {
  const complete = [...sections];
  for (const id of [SECTION.import, SECTION.global]) {
    if (sections.some((each) => each.id === id)) continue;
    const behind = complete.findIndex((each) => ORDER.indexOf(each.id) > ORDER.indexOf(id));
    complete.splice(behind, 0, { id, name: "", start: 0, end: 0 });
  }
  return complete;
}

const BY_OFFSET = /^(\.debug_|metadata\.code\.|reloc\.|linking$|radon\.lines$|sourceMappingURL$|external_debug_info$)/;

function isKept({ id, name }: Section): boolean {
  return id !== SECTION.custom || !BY_OFFSET.test(name);
}

class ContentWriter {
  readonly #module: ModuleIndex;
  readonly #bodies: readonly FunctionBody[];
  readonly #additions: Additions;
  readonly #metered: boolean;
  readonly #work: Work;
  /** The bodies as they are written, by their places in the section. */
  readonly #written: MovedBody[] = [];

  constructor(module: ModuleIndex, bodies: readonly FunctionBody[], additions: Additions, metered: boolean) {
    this.#module = module;
    this.#bodies = bodies;
    this.#additions = additions;
    this.#metered = metered;
    this.#work = new Work(bodies, module.importedFunctions.length);
  }

  of(each: Section): Bytes {
    const { bytes } = this.#module;
    const additions = this.#additions;
    const added = this.#added(each.id);
    const missing = each.end === 0;
    if (missing) return joined([unsigned(added?.count ?? 0), added?.bytes ?? []]);
    if (each.id === SECTION.code) return this.#code();
    if (each.name === NAME_SECTION)
      return unlessUnreadable(() => movedNames(bytes, each.start, each.end, additions)) ?? newNames(additions);
    const edits = functionIndices(this.#module, each, additions);
    return added ? extended(bytes, each, added, edits) : edited(bytes, each.start, each.end, edits);
  }

  /** `codeAt`: where the content of the code section begins in the module. */
  movedBodies(codeAt: number): MovedBody[] {
    return this.#written.map((body) => ({ ...body, at: body.at + codeAt }));
  }

  #added(id: number): { readonly count: number; readonly bytes: Bytes } | undefined {
    if (id === SECTION.type) return this.#additions.types;
    if (id === SECTION.import) return this.#additions.imports;
    if (id === SECTION.function) return this.#additions.functions;
    if (id === SECTION.export) return this.#additions.exports;
    return id === SECTION.global ? this.#additions.globals : undefined;
  }

  #code(): Bytes {
    const { count, bytes } = this.#additions.code;
    const parts: Bytes[] = [unsigned(this.#bodies.length + count)];
    let at = unsigned(this.#bodies.length + count).length;
    for (const [index, body] of this.#bodies.entries()) {
      const edits = this.#edits(body, index);
      const content = edited(this.#module.bytes, body.start, body.end, edits);
      const size = unsigned(content.length);
      this.#written.push({ from: body.start, to: body.end, at: at + size.length, edits });
      parts.push(size, content);
      at += size.length + content.length;
    }
    return joined([...parts, bytes]);
  }

  #edits(body: FunctionBody, at: number): Edit[] {
    const type = this.#module.functionTypes[at] ?? 0;
    const locals = (this.#module.parameters[type] ?? 0) + body.locals;
    const counts = this.#metered && this.#work.countsItself(this.#module.importedFunctions.length + at);
    const entry = counts ? this.#entry(body, locals + LEFT) : [];
    return [...entry, ...body.sites.flatMap((site) => this.#edit(site, locals + COUNTER) ?? [])];
  }

  /** Two locals more, and what is taken from the budget when the function is entered. */
  #entry({ start, groupsAt, groups, code, entry }: FunctionBody, left: number): Edit[] {
    const spend = this.#additions.spend(left, this.#work.unitsOf(entry));
    return [
      { from: start, to: groupsAt, bytes: unsigned(groups + 1) },
      { from: code, to: code, bytes: [LOCALS, I32, ...spend] },
    ];
  }

  #edit(site: Site, counter: number): Edit | undefined {
    const additions = this.#additions;
    if (site.kind === "function") return { from: site.from, to: site.to, bytes: unsigned(additions.moved(site.index)) };
    if (site.kind === "grow") return { from: site.from, to: site.to, bytes: additions.grow(site.memory) };
    if (!this.#metered) return undefined;
    const { at } = site;
    if (site.kind === "host") return { from: at, to: at, bytes: additions.spendByCall(site.units) };
    if (site.kind === "bulk") return { from: at, to: at, bytes: additions.bulk() };
    return { from: at, to: at, bytes: additions.loopTurn(counter, this.#work.unitsOf(site.stretch), LOOP_UNITS) };
  }
}

const I32 = 0x7f;
/** The locals that a function gets which counts itself: what is left of the budget, and what its loops have used. */
const LOCALS = 2;
const LEFT = 0;
const COUNTER = 1;
