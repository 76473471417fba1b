/** The processes of a run on one storage: one that figures share, started when first asked for, and fresh ones. */
import path from "node:path";
import { buildCrowd, buildMain, type Workers } from "./applications.ts";
import { referenceWorker } from "./reference-worker.ts";
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
    return startStage([...(await this.#crowd), await reference()], this.#storage);
  };

  /** Ends the shared process; the next figure that asks for it gets a new one. */
  async stop(): Promise<void> {
    const shared = await this.#shared?.catch(() => undefined);
    this.#shared = undefined;
    await shared?.stop();
  }

  async #start(): Promise<Stage> {
    this.#main ??= buildMain();
    return startStage([...(await this.#main), await reference()], this.#storage);
  }
}

function reference(): Promise<Workers[number]> {
  const entry = path.join(import.meta.dirname, "reference/worker.ts");
  return referenceWorker(entry, { PEER: "Peer", EMPTY: "Empty", FLOOR: "Floor" });
}
