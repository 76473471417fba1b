/**
 * What a runtime Worker is built with: the whole application as `formula` planned it, seen from one runtime.
 * `scripts/formula` writes it; everything in the Worker only reads it.
 */
import type { AtomName, RuntimeName } from "./names.ts";

/** The capabilities that a configuration can grant. `core` is always granted. */
export const GRANTS = ["messaging", "future", "interrupt", "kv", "naming", "http", "http-trigger", "wasi"] as const;
export type Grant = (typeof GRANTS)[number];
/** All but outgoing HTTP: `http` is the whole of `radon:http`, `http-trigger` is it without `fetch`. */
export const DEFAULT_GRANTS: readonly Grant[] = [
  "messaging",
  "future",
  "interrupt",
  "kv",
  "naming",
  "http-trigger",
  "wasi",
];

export type AtomKind = "reactive" | "daemon";
/** `volatile` keeps mailbox and outbox in memory only; the key-value store is durable either way. */
export const DURABILITIES = ["durable", "volatile"] as const;
export type Durability = (typeof DURABILITIES)[number];

/** Where Cloudflare is asked to make a runtime's objects. */
export interface ObjectPlace {
  /** Near where an object that is not there yet is made; one that is there stays where it is. */
  readonly location?: string;
  /** Within whose borders it is kept: an object of one jurisdiction is another one than that of the same name elsewhere. */
  readonly jurisdiction?: string;
}

/** A runtime that bindings reach from the one that this application was built for; that one itself is one of them. */
export interface BoundRuntime {
  readonly name: RuntimeName;
  readonly tags: readonly string[];
  /** Missing wherever the platform may choose, and where it is not Cloudflare. */
  readonly place?: ObjectPlace;
  /** The binding of its atom objects' namespace. */
  readonly atomsBinding: string;
  /** The binding of its naming object's namespace. */
  readonly namingBinding: string;
  readonly url?: undefined;
}

/** A runtime that no binding reaches, of another account or on a machine: it is sent signed requests. */
export interface RemoteRuntime {
  readonly name: RuntimeName;
  readonly tags: readonly string[];
  /** Its origin, such as `https://edge.example.com`. */
  readonly url: string;
  readonly atomsBinding?: undefined;
  readonly namingBinding?: undefined;
}

export type RuntimeEntry = BoundRuntime | RemoteRuntime;

/** What an atom is given where it runs; it may differ from runtime to runtime. */
export interface Settings {
  /** Aliases from the configuration: scope to values. The atom may add and remove more. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** HTTP routes, hono's path syntax (`/counter/*`, `/users/:id`); empty if not triggered by HTTP. */
  readonly http: readonly string[];
  readonly grants: readonly Grant[];
  readonly durability: Durability;
  readonly config: Readonly<Record<string, string>>;
  /** Traps of one message before it goes to the dead letters. */
  readonly attemptsMax: number;
  /** How long it may compute between two blocking points, in milliseconds, if its module is metered. */
  readonly cpuMs: number;
  /** What its linear memory may grow to, in MiB. */
  readonly memoryMb: number;
  /** How long an HTTP client waits for an answer before 504, in milliseconds. */
  readonly httpTimeoutMs: number;
}

/** Where nothing is said. */
export const DEFAULT_SETTINGS = {
  aliases: {},
  http: [],
  grants: DEFAULT_GRANTS,
  durability: "durable",
  config: {},
  attemptsMax: 5,
  cpuMs: 10_000,
  memoryMb: 32,
  httpTimeoutMs: 30_000,
} as const satisfies Settings;

/** As far as each may go: an event of the platform's computes no longer, 32-bit addresses reach no further, an object is held no longer. */
export const SETTINGS_MAX = {
  attemptsMax: 1_000,
  cpuMs: 300_000,
  memoryMb: 4_096,
  httpTimeoutMs: 900_000,
} as const satisfies Partial<Settings>;

export interface AtomEntry extends Settings {
  readonly runtime: RuntimeName;
  readonly name: AtomName;
  /** The name of the compiled module in the bundle. */
  readonly module: string;
  /** SHA-256 of the compiled module, in hex: a change of it restarts the atom. */
  readonly moduleHash: string;
  readonly kind: AtomKind;
}

export interface Application {
  readonly app: string;
  /** Short for all that the Worker was made from: this application, its modules, the runtime's own code. */
  readonly version: string;
  /** The runtime that this Worker is. */
  readonly runtime: RuntimeName;
  /** The runtime that hosts the naming leader. */
  readonly leader: RuntimeName;
  /** True under `radon dev` on a loopback address: the control API then asks for no token. */
  readonly development: boolean;
  readonly runtimes: readonly RuntimeEntry[];
  /** True if atoms can be loaded into this runtime. */
  readonly loads?: boolean;
  /** Every atom of every runtime. */
  readonly atoms: readonly AtomEntry[];
}
