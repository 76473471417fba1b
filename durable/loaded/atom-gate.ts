/**
 * What a loaded atom reaches of the runtime around it. Its module runs in a Worker of its own, to which no namespace of objects can
 * be handed, so its batches and its questions about names come by here.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { application } from "radon:application";
import type { GlobalName } from "../core/names.ts";
import { alone } from "../core/bytes.ts";
import type { NamingPort } from "../atom-session.ts";
import { namingPort } from "../naming-port.ts";
import { ObjectStubs } from "../transport/object-stubs.ts";

type Env = Readonly<Record<string, unknown>>;

export class AtomGate extends WorkerEntrypoint<Env> implements NamingPort {
  readonly #naming = namingPort(application, this.env);

  async exchange(to: GlobalName, batch: Uint8Array): Promise<Uint8Array> {
    return alone(await new ObjectStubs(application, this.env).get(to).exchange(batch));
  }

  setAliases(...call: Parameters<NamingPort["setAliases"]>): Promise<number> {
    return this.#naming.setAliases(...call);
  }

  resolve(...call: Parameters<NamingPort["resolve"]>): ReturnType<NamingPort["resolve"]> {
    return this.#naming.resolve(...call);
  }

  lookup(...call: Parameters<NamingPort["lookup"]>): ReturnType<NamingPort["lookup"]> {
    return this.#naming.lookup(...call);
  }
}
