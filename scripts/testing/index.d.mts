/** Runs an application for its own tests: `radon dev` on a free port, with a state that nothing else has. */

export interface ApplicationOptions {
  /** The formula, relative to the working directory; `formula.toml` if not given. */
  readonly config?: string;
  /** Variables for this run, over those of the process: `{ RADON_ATOM_COUNTER_CONFIG_START: "5" }`. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take to compile and start; two minutes if not given. */
  readonly startTimeoutMs?: number;
}

export interface RequestOptions extends RequestInit {
  /** The runtime that is asked; the one of the naming leader if not given. */
  readonly runtime?: string;
}

export interface Application {
  /** `http://127.0.0.1:PORT`, where the runtime of the naming leader answers. */
  readonly url: string;
  /** A request to a path of the application, as `fetch` makes it. */
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** What it printed so far: the progress of its start, and the lines that its atoms log. */
  output(): string;
  /** Ends it and forgets its state. */
  stop(): Promise<void>;
}

/** Starts an application; rejects with what `radon dev` said if that does not work. */
export function startApplication(options?: ApplicationOptions): Promise<Application>;
