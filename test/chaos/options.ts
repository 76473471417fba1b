/** The bounds of a chaos run, from the command line. */
import { parseArgs } from "node:util";

export interface ChaosOptions {
  /** How long there is load, faults included; longer if the system needs longer to come back from the kills. */
  readonly seconds: number;
  /** How often workerd, or all of `radon dev`'s processes, are killed meanwhile. */
  readonly kills: number;
  readonly seed: number;
  readonly accounts: number;
  readonly clients: number;
}

export const HELP = `Moves money between account atoms on two runtimes while workerd is killed, objects are aborted and lanes break,
and compares every account's book with what the clients were told.

  npm run chaos -- [options]

  --seconds N    how long there is load (default 30)
  --kills N      SIGKILLs of workerd, or of all its processes, in that time (default 1 every 8 s)
  --seed N       what the transfers and the faults are drawn from (default: drawn)
  --accounts N   account atoms, 2 to 64 (default 8)
  --clients N    transfers under way at a time, 1 to 256 (default 16)
  --help         this text

The exit code is 0 if every book is right, 1 if one is not, 2 if the command line is wrong. After a mismatch the run's folder is kept.
`;

const RANGES = {
  seconds: [1, 86_400],
  kills: [0, 10_000],
  seed: [0, 2 ** 32 - 1],
  accounts: [2, 64],
  clients: [1, 256],
} as const satisfies Readonly<Record<keyof ChaosOptions, readonly [number, number]>>;

const SECONDS_DEFAULT = 30;
const SECONDS_A_KILL = 8;

/** The options, `help`, or a sentence that says what is wrong. */
export function readOptions(args: readonly string[], drawnSeed: number): ChaosOptions | "help" | { wrong: string } {
  const parsed = parse(args);
  if (typeof parsed === "string") return { wrong: parsed };
  if (parsed["help"] === true) return "help";
  const given = new Map<string, number>();
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const text = parsed[name];
    if (text === undefined) continue;
    const value = /^\d+$/.test(String(text)) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) return { wrong: `--${name} takes a number from ${least} to ${most}.` };
    given.set(name, value);
  }
  const seconds = given.get("seconds") ?? SECONDS_DEFAULT;
  return {
    seconds,
    kills: given.get("kills") ?? Math.ceil(seconds / SECONDS_A_KILL),
    seed: given.get("seed") ?? drawnSeed,
    accounts: given.get("accounts") ?? 8,
    clients: given.get("clients") ?? 16,
  };
}

function parse(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> | string {
  const text = { type: "string" } as const;
  const options = { seconds: text, kills: text, seed: text, accounts: text, clients: text } as const;
  try {
    return parseArgs({ args: [...args], options: { ...options, help: { type: "boolean" } } }).values;
  } catch (error) {
    return (error as Error).message;
  }
}
