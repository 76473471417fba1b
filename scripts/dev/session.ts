/** One run of `radon dev`: builds, serves, watches, and reloads what changed. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { outputOf } from "../compile/command.ts";
import { inputsOf } from "../compile/compile-source.ts";
import { sha256 } from "../compile/file-hashes.ts";
import { exitCodeOf } from "../commands/build.ts";
import { CommandError } from "../commands/exit-codes.ts";
import { buildFormula, type Build } from "../formula/build.ts";
import { foldersOf } from "../formula/folders.ts";
import type { Formula } from "../formula/formula.ts";
import { loadFormula } from "../formula/load.ts";
import { buildProgress } from "../terminal/build-progress.ts";
import type { Console } from "../terminal/console.ts";
import { isLoopback } from "./address.ts";
import { atomTable } from "./atom-table.ts";
import { serve, type Server } from "./server.ts";
import { showLogs } from "./logs.ts";
import { News } from "./news.ts";
import { releaseRuntimes } from "./release-runtimes.ts";
import { startRuntimes } from "./start-runtimes.ts";
import { Watcher } from "./watch.ts";
import { workersOf } from "./worker-options.ts";

/** What the command is told: the formula, where to listen, where state is kept, and whether to forget it first. */
export interface DevOptions {
  readonly config: string;
  readonly port: number;
  readonly host: string;
  readonly data?: string;
  readonly fresh?: true;
}

export interface SessionOptions extends DevOptions {
  /** True if a first version that cannot be built is waited for. */
  readonly waits: boolean;
}

interface Version {
  readonly formula: Formula;
  readonly build: Build;
  /** Changes with anything that a Worker is made from. */
  readonly fingerprint: string;
}

type Attempt = { readonly version: Version } | { readonly version: undefined; readonly exitCode: number };

export class DevSession {
  readonly #options: SessionOptions;
  readonly #console: Console;
  readonly #development: boolean;
  readonly #token: string | undefined;
  readonly #watcher = new Watcher(() => this.#changed());
  readonly #stopping = new AbortController();
  #current: Version | undefined;
  #server: Server | undefined;
  #starting: Promise<string> | undefined;
  /** True while a version is made; a change meanwhile makes another one afterwards. */
  #busy = false;
  #changedAgain = false;
  /** Who waits for a change before there is a first version. */
  #onChange: (() => void) | undefined;
  #refusal: number | undefined;
  readonly #news = new News();

  constructor(options: SessionOptions, console: Console) {
    this.#options = options;
    this.#console = console;
    this.#development = isLoopback(options.host);
    this.#token = this.#development ? undefined : this.#chosenToken();
  }

  /** The exit code of a first version that could not be built, while nothing runs. */
  get refusal(): number | undefined {
    return this.#refusal;
  }

  /**
   * Builds the first version and serves it; resolves to its address once every runtime has started. One that cannot be built is waited for
   * where somebody looks on, who may correct it; elsewhere it is an error.
   */
  start(port: number, dataFolder: string): Promise<string> {
    this.#busy = true;
    this.#starting = this.#start(port, dataFolder).finally(() => this.#idle());
    return this.#starting;
  }

  async #start(port: number, dataFolder: string): Promise<string> {
    const version = await this.#firstVersion();
    const { formula, build } = version;
    this.#console.say("starting the runtimes ...");
    this.#server = await serve(workersOf(formula, build.runtimes, this.#token), {
      host: this.#options.host,
      port,
      dataFolder,
      onLog: showLogs(this.#console),
      onRestart: () => this.#workerdRestarted(),
    });
    if (this.#stopping.signal.aborted) return this.#server.url;
    await this.#startRuntimes(this.#server.url, version);
    this.#console.say(`\n${atomTable(formula, this.#server.url)}\n`);
    return this.#server.url;
  }

  async #firstVersion(): Promise<Version> {
    for (;;) {
      const attempt = await this.#build();
      this.#refusal = attempt.version === undefined ? attempt.exitCode : undefined;
      if (attempt.version !== undefined) return attempt.version;
      if (!this.#options.waits || this.#stopping.signal.aborted)
        throw new CommandError("Nothing runs: correct this, and start it again.", attempt.exitCode);
      this.#console.warn("nothing runs yet; waiting for a change ...");
      await this.#nextChange();
    }
  }

  /** Resolves with the next change, at once if there was one since the build began, or when all is to stop. */
  async #nextChange(): Promise<void> {
    const { signal } = this.#stopping;
    if (!this.#changedAgain && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    this.#onChange = undefined;
    this.#changedAgain = false;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#watcher.close();
    if (this.#server === undefined) await this.#starting?.catch(() => undefined);
    await this.#server?.stop();
  }

  async #build(): Promise<Attempt> {
    const { formula, problems, files } = loadFormula(path.resolve(this.#options.config), { environment: process.env });
    if (formula === undefined) {
      this.#console.problems(this.#news.of(problems, []));
      if (this.#server === undefined) this.#watcher.watch({ files, folders: [], results: [] });
      return { version: undefined, exitCode: exitCodeOf(undefined) };
    }
    this.#watch(formula, files);
    const folders = foldersOf(formula.home, formula.app, "dev", process.env);
    const build = await buildFormula(withoutPlaces(formula), {
      // One formula may run several times, each with a data folder of its own, which nobody else writes into.
      folders:
        this.#options.data === undefined ? folders : { ...folders, build: path.resolve(this.#options.data, "build") },
      development: this.#development,
      situation: "one process",
      bundle: true,
      colours: this.#console.colours,
      signal: this.#stopping.signal,
      former: this.#current?.build.modules ?? [],
      ...buildProgress(this.#console, this.#current === undefined),
    });
    if (!this.#stopping.signal.aborted)
      this.#console.problems(this.#news.of([...problems, ...build.problems], build.modules));
    return build.ok
      ? { version: { formula, build, fingerprint: fingerprint(build) } }
      : { version: undefined, exitCode: exitCodeOf(build) };
  }

  #watch(formula: Formula, files: readonly string[]): void {
    const sources = formula.modules.map((module) => module.source);
    const folders = sources.flatMap((source) =>
      "folder" in source && source.folder !== undefined ? [source.folder] : [],
    );
    const results = sources.flatMap((source) => outputOf(source) ?? []);
    this.#watcher.watch({ files: [...files, ...sources.flatMap(inputsOf)], folders: [...new Set(folders)], results });
  }

  #changed(): void {
    this.#changedAgain = this.#busy;
    this.#onChange?.();
    if (this.#busy) return;
    this.#busy = true;
    void this.#reload()
      .catch((error: unknown) => this.#reloadFailed(error))
      .finally(() => this.#idle());
  }

  #idle(): void {
    this.#busy = false;
    const goesOn = this.#server !== undefined && !this.#stopping.signal.aborted;
    if (this.#changedAgain && goesOn) this.#changed();
  }

  #reloadFailed(error: unknown): void {
    if (!this.#stopping.signal.aborted) this.#console.warn(`error: the reload failed: ${String(error)}`);
  }

  /** The old version goes on running until a new one is ready. */
  async #reload(): Promise<void> {
    const { version } = await this.#build();
    if (this.#stopping.signal.aborted || this.#server === undefined) return;
    if (version === undefined) return this.#console.warn("the version before this change goes on running.");
    for (const name of version.build.kept)
      this.#console.warn(`the module "${name}" stays what it was before this change.`);
    if (version.fingerprint === this.#current?.fingerprint) return this.#console.say("nothing changed.");
    if (this.#current) await releaseRuntimes(this.#server.url, this.#current.formula, this.#token);
    await this.#server.reload(workersOf(version.formula, version.build.runtimes, this.#token));
    await this.#startRuntimes(this.#server.url, version);
    this.#console.say("reloaded.");
  }

  async #startRuntimes(url: string, version: Version): Promise<void> {
    this.#current = version;
    for (const { message } of await startRuntimes(url, version.formula, this.#token))
      this.#console.warn(`warning: ${message}`);
  }

  /** Nobody but a start wakes what has neither an alarm nor a visitor: names to register, daemons of other runtimes. */
  async #workerdRestarted(): Promise<void> {
    if (this.#server === undefined || this.#current === undefined) return;
    this.#console.warn("warning: workerd ended unexpectedly and was started again.");
    await this.#startRuntimes(this.#server.url, this.#current);
  }

  #chosenToken(): string {
    const given = process.env["RADON_TOKEN"];
    if (given !== undefined && given !== "") return given;
    const generated = randomBytes(24).toString("base64url");
    this.#console.warn(
      `The control API takes this token, made for this run (set RADON_TOKEN to choose one): ${generated}`,
    );
    return generated;
  }
}

/** On one machine everything is in the same place, and workerd knows no jurisdictions. */
function withoutPlaces(formula: Formula): Formula {
  return { ...formula, runtimes: formula.runtimes.map((runtime) => ({ ...runtime, place: undefined })) };
}

function fingerprint(build: Build): string {
  return sha256(build.runtimes.map((runtime) => sha256(readFileSync(runtime.worker))).join());
}
