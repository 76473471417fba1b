/** The processes of a run on one storage: one that figures share, started when first asked for, and fresh ones. */
import { buildCrowd, buildMain, type Workers } from "./applications.ts";
import { startStage, type Stage, type Storage } from "./stage.ts";

export class Stages {
  readonly #storage: Storage;
  readonly #crowdSize: number;
  #main: Promise<Workers> | undefined;
  #crowd: Promise<Workers> | undefined;
  #shared: Promise<Stage> | undefined;

  constructor(storage: Storage, crowdSize: number) {
    this.#storage = storage;
    this.#crowdSize = crowdSize;
  }

  readonly shared = (): Promise<Stage> => {
    this.#shared ??= this.#start();
    return this.#shared;
  };

  readonly fresh = async (): Promise<Stage> => {
    this.#crowd ??= buildCrowd(this.#crowdSize);
    return startStage(await this.#crowd, this.#storage);
  };

  /** Ends the shared process; the next figure that asks for it gets a new one. */
  async stop(): Promise<void> {
    const shared = await this.#shared?.catch(() => undefined);
    this.#shared = undefined;
    await shared?.stop();
  }

  async #start(): Promise<Stage> {
    this.#main ??= buildMain();
    return startStage(await this.#main, this.#storage);
  }
}
