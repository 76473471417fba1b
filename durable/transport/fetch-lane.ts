/** A lane of one POST an exchange, to an object that a binding reaches. */
import type { Application } from "../core/application.ts";
import { decodeBatch, encodeBatch, type Batch } from "../core/frame.ts";
import type { Lane } from "../core/lane.ts";
import { splitGlobalName, type GlobalName } from "../core/names.ts";

const EXCHANGE_MS_MAX = 30_000;

export class FetchLane implements Lane {
  readonly #application: Application;
  readonly #env: Readonly<Record<string, unknown>>;

  constructor(application: Application, env: Readonly<Record<string, unknown>>) {
    this.#application = application;
    this.#env = env;
  }

  async exchange(to: GlobalName, batch: Batch): Promise<Batch> {
    const { runtime, atom } = splitGlobalName(to);
    const response = await this.#stub(runtime, atom).fetch("http://atom/batch", {
      method: "POST",
      body: encodeBatch(batch),
      signal: AbortSignal.timeout(EXCHANGE_MS_MAX),
    });
    if (!response.ok) throw new Error(`${to} answered an exchange with ${response.status}.`);
    return decodeBatch(new Uint8Array(await response.arrayBuffer()));
  }

  /** A stub lives for one exchange: after an exception a stub is of no use any more. */
  #stub(runtime: string, atom: string): DurableObjectStub {
    const entry = this.#application.runtimes.find(({ name }) => name === runtime);
    const namespace = entry && (this.#env[entry.atomsBinding] as DurableObjectNamespace | undefined);
    if (!namespace) throw new Error(`No binding of this Worker reaches the runtime ${runtime}.`);
    return namespace.get(namespace.idFromName(atom));
  }
}
