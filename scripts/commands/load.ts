/** `radon load`: builds a module, and has it loaded into every runtime that it is to run on. */
import { z } from "zod";
import { GRANTS, type Grant } from "../../durable/core/application.ts";
import { isName, NAME_LENGTH_MAX } from "../../durable/core/names.ts";
import { moduleToLoad } from "../deploy/module-to-load.ts";
import type { Asked } from "../deploy/runtime-client.ts";
import { runtimesOn, type RunningRuntime } from "../deploy/running-system.ts";
import { Console } from "../terminal/console.ts";
import { CommandError, EXIT } from "./exit-codes.ts";
import type { LoadCommandOptions } from "./load-options.ts";

/** A large module has to be sent and compiled, a large state to be moved. */
const LOAD_MS_MAX = 120_000;
const HASH_DIGITS = 8;

const loadedSchema = z.looseObject({
  name: z.string(),
  moduleHash: z.string(),
  started: z.boolean(),
  detail: z.string().optional(),
});
type Loaded = z.output<typeof loadedSchema>;

export async function loadCommand(source: string, options: LoadCommandOptions): Promise<number> {
  const console = new Console(options.json === true);
  const { as: atom, on = [], url, config } = options;
  requireName(atom);
  const runtimes = await runtimesOn(on, { url, config, token: process.env["RADON_TOKEN"] });
  const grants = options.grants ?? (await grantsOf(atom, runtimes));
  const { wasm, toolchain } = await moduleToLoad(source, atom, grants, console);
  console.say(`${source}: ${toolchain}, ${wasm.length} bytes`);
  const outcomes: Outcome[] = [];
  // One after the other: should it not start on the first, the others keep what they have.
  for (const runtime of runtimes) {
    const outcome = { runtime: runtime.name, asked: await load(runtime, atom, wasm, settingsOf(options)) };
    outcomes.push(outcome);
    console.say(shown(atom, outcome));
    if (!isWell(outcome)) break;
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(report(outcomes), null, 2)}\n`);
  return exitCode(outcomes.at(-1) as Outcome, atom, runtimes.slice(outcomes.length));
}

const grantsSchema = z.looseObject({ grants: z.array(z.enum(GRANTS)) });

/** An atom that is there keeps what it was granted; undefined of one that is new. */
async function grantsOf(atom: string, [first]: readonly RunningRuntime[]): Promise<readonly Grant[] | undefined> {
  const asked = await first?.client.ask({ path: `/_radon/v1/atoms/${first.name}/${atom}`, schema: grantsSchema });
  return asked?.ok === true ? asked.value.grants : undefined;
}

interface Outcome {
  readonly runtime: string;
  readonly asked: Asked<Loaded>;
}

function load(
  { name, client }: RunningRuntime,
  atom: string,
  wasm: Uint8Array,
  settings: object,
): Promise<Asked<Loaded>> {
  const query = `settings=${encodeURIComponent(JSON.stringify(settings))}`;
  return client.ask({
    method: "PUT",
    path: `/_radon/v1/atoms/${name}/${atom}?${query}`,
    body: wasm,
    schema: loadedSchema,
    limitMs: LOAD_MS_MAX,
  });
}

/** What the command line says, under the names of the control API; what it does not say stays as it is. */
function settingsOf({ daemon, volatile, grants, memoryMb, cpuMs, attempts, value, alias }: LoadCommandOptions): object {
  return {
    ...(daemon && { kind: "daemon" }),
    ...(volatile && { durability: "volatile" }),
    ...(grants && { grants }),
    ...(memoryMb && { memory_mb: memoryMb }),
    ...(cpuMs && { cpu_ms: cpuMs }),
    ...(attempts && { attempts }),
    ...(value && { config: value }),
    ...(alias && { aliases: alias }),
  };
}

function isWell({ asked }: Outcome): boolean {
  return asked.ok && asked.value.started;
}

function shown(atom: string, { runtime, asked }: Outcome): string {
  if (!asked.ok) return `${runtime}/${atom}: not loaded`;
  const hash = asked.value.moduleHash.slice(0, HASH_DIGITS);
  return `${asked.value.name}: ${hash}, ${asked.value.started ? "started" : "loaded, but it does not start"}`;
}

function report(outcomes: readonly Outcome[]): object {
  return {
    ok: outcomes.every(isWell),
    runtimes: outcomes.map(({ runtime, asked }) =>
      asked.ok ? { runtime, ...asked.value } : { runtime, problem: asked.failure.message },
    ),
  };
}

/** The end of the command, by how it went where it ended. */
function exitCode(last: Outcome, atom: string, untouched: readonly RunningRuntime[]): number {
  if (isWell(last)) return EXIT.ok;
  const rest = untouched.length === 0 ? "" : ` Nothing was changed on ${untouched.map(({ name }) => name).join(", ")}.`;
  if (!last.asked.ok) throw new CommandError(last.asked.failure.message + rest, EXIT.environment);
  const { detail = "It gave no reason." } = last.asked.value;
  const way = `Load one that does, or bring back what was there: radon unload ${atom} --on ${last.runtime}.`;
  throw new CommandError(`${last.runtime}/${atom} does not start. ${detail}\n${way}${rest}`, EXIT.input);
}

export function requireName(atom: string): void {
  if (isName(atom)) return;
  throw new CommandError(
    `"${atom}" is no name of an atom: it takes 1 to ${NAME_LENGTH_MAX} of A-Z a-z 0-9 . _ -`,
    EXIT.usage,
  );
}
