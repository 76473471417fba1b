/** Puppets in one process, over the real engine and a clock that the test moves. */
import { shownAnswer, World, type AtomSpec } from "../engine/engine-harness.ts";
import { assembleFile, compile } from "../engine/wat.ts";
import { bytesOf, forever, program, shownRecord, type Step } from "./puppet-program.ts";

export * from "./puppet-program.ts";

export const everyFunction = assembleFile("./atoms/every-function.wat", import.meta.url);
const module = compile(everyFunction);

export class Stage extends World {
  readonly #daemons: ReadonlySet<string>;
  readonly #seen = new Map<string, number>();

  constructor(...specs: (string | (Omit<AtomSpec, "module"> & { readonly module?: WebAssembly.Module }))[]) {
    const full = specs.map((spec): AtomSpec =>
      typeof spec === "string" ? { name: spec, module } : { module, ...spec },
    );
    super(full);
    this.#daemons = new Set(full.filter(({ kind }) => kind === "daemon").map(({ name }) => name));
  }

  /** A one-way message; the lines that it led to without time passing. */
  async tell(name: string, ...steps: Step[]): Promise<string[]> {
    await this.send(name, this.script(name, ...steps));
    return this.trace(name);
  }

  /** A request: its answer, with as much time as it takes. */
  async request(name: string, ...steps: Step[]): Promise<string> {
    return shownAnswer(await this.ask(name, this.script(name, ...steps)));
  }

  override async evict(name: string): Promise<void> {
    this.#seen.delete(name);
    await super.evict(name);
  }

  /** What the atom noted since the last call. */
  trace(name: string): string[] {
    const lines = this.session(name).logs.recent(this.#seen.get(name) ?? 0);
    this.#seen.set(name, lines.at(-1)?.id ?? this.#seen.get(name) ?? 0);
    const records = lines
      .filter(({ level, text }) => level === "trace" && text !== "")
      .map(({ text }) => shownRecord(text));
    return records.filter((line) => line !== "forever = 0");
  }

  /** What a step returned, as it noted it. */
  result(name: string, { register }: Step): bigint {
    const records = this.session(name)
      .logs.recent()
      .map(({ text }) => Buffer.from(text, "hex"));
    const record = records.findLast((bytes) => bytes.length >= 12 && bytes.readUInt16LE(0) === register);
    if (!record) throw new Error(`${name} has no record of the step.`);
    return record.readBigInt64LE(4);
  }

  /** A program as a message for this atom. */
  script(name: string, ...steps: Step[]): Uint8Array {
    return bytesOf(program(...(this.#daemons.has(name) ? [forever()] : []), ...steps));
  }
}
