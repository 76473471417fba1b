/** The processes of a run on one storage: one that figures share, started when first asked for, and fresh ones. */
import path from "node:path";
import { assembleFile } from "../engine/wat.ts";
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
    const crowd = await this.#crowd;
    return startStage([...crowd, await crowdReference(crowd)], this.#storage);
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
  const objects = {
    PEER: "Peer",
    FLOOR: "Floor",
    GUEST_FLOOR: "GuestFloor",
    FAIR_FLOOR: "FairFloor",
    FAN_OUT: "FanOut",
  };
  return referenceWorker(entry, objects, {
    "source.wasm": assembleFile("atoms/source.wat", import.meta.url),
    "sink.wasm": assembleFile("atoms/sink.wat", import.meta.url),
    "trampoline.wasm": assembleFile("../../durable/engine/trampoline.wat", import.meta.url),
  });
}

function crowdReference(crowd: Workers): Promise<Workers[number]> {
  const entry = path.join(import.meta.dirname, "reference/crowd-worker.ts");
  return referenceWorker(entry, { EMPTY: "Empty", COLD: "Cold" }, { "crowd.wasm": largestModule(crowd) });
}

/** The padded module is larger than the others of its Worker by far. */
function largestModule(workers: Workers): Uint8Array<ArrayBuffer> {
  const modules = workers.flatMap((worker) =>
    "modules" in worker && Array.isArray(worker.modules) ? worker.modules : [],
  );
  const wasm = modules.flatMap(({ type, contents }) =>
    type === "CompiledWasm" && contents instanceof Uint8Array ? [contents as Uint8Array<ArrayBuffer>] : [],
  );
  return wasm.reduce((largest, each) => (each.length > largest.length ? each : largest));
}
