/**
 * The bindings of an object, with lanes that fail for a while when they are told to: calls are lost, delayed so that others
 * overtake them, repeated, or carried with their answers lost; sockets that are open are closed, or go dead, which nothing
 * tells; new ones cannot be opened.
 */
import type { PeerObject } from "../../durable/transport/object-stubs.ts";

type Env = Readonly<Record<string, unknown>>;

const DEAD_CHANCE = 0.5;
const LOSS_CHANCE = 0.3;
const ANSWER_LOSS_CHANCE = 0.3;
const DELAY_CHANCE = 0.5;
const DELAY_MS_MAX = 200;
const REPEAT_CHANCE = 0.3;

export class FaultyLanes {
  readonly #sockets = new Set<WebSocket>();
  #failingUntilMs = 0;

  /** The lanes fail for `ms` from now on; sockets that are open end at once. Returns how many did. */
  fail(ms: number): number {
    this.#failingUntilMs = Date.now() + ms;
    const ended = this.#sockets.size;
    for (const socket of this.#sockets) {
      if (this.#fails(DEAD_CHANCE)) Object.defineProperty(socket, "send", { value: () => undefined });
      else socket.close(1011, "Broken by the chaos.");
    }
    this.#sockets.clear();
    return ended;
  }

  /** The same bindings; what goes to objects passes here. */
  around(env: Env): Env {
    return Object.fromEntries(
      Object.entries(env).map(([name, binding]) => [name, isNamespace(binding) ? this.#namespace(binding) : binding]),
    );
  }

  /** Naming's objects are reached by their ids, atoms' peers by name: only these are lanes. */
  #namespace(
    objects: DurableObjectNamespace,
  ): Pick<DurableObjectNamespace, "idFromName" | "get"> & { getByName(name: string): PeerObject } {
    return {
      idFromName: (name) => objects.idFromName(name),
      get: (id) => objects.get(id),
      getByName: (name) => this.#peer(objects.getByName(name) as unknown as PeerObject),
    };
  }

  #peer(object: PeerObject): PeerObject {
    return {
      exchange: (batch) => this.#exchange(() => object.exchange(batch)),
      fetch: async (url, init) => this.#noted(await object.fetch(url, init)),
    };
  }

  async #exchange(carry: () => Promise<Uint8Array>): Promise<Uint8Array> {
    if (!this.#fails(1)) return carry();
    if (this.#fails(LOSS_CHANCE)) throw new Error("The chaos lost what was sent.");
    if (this.#fails(DELAY_CHANCE)) await scheduler.wait(Math.random() * DELAY_MS_MAX);
    if (this.#fails(REPEAT_CHANCE)) await carry();
    const answer = await carry();
    if (this.#fails(ANSWER_LOSS_CHANCE)) throw new Error("The chaos lost the answer.");
    return answer;
  }

  #fails(chance: number): boolean {
    return Date.now() < this.#failingUntilMs && Math.random() < chance;
  }

  #noted(response: Response): Response {
    const { webSocket } = response;
    if (webSocket === null) return response;
    if (this.#fails(1)) throw new Error("The chaos refused the connection.");
    this.#sockets.add(webSocket);
    webSocket.addEventListener("close", () => this.#sockets.delete(webSocket));
    return response;
  }
}

function isNamespace(binding: unknown): binding is DurableObjectNamespace {
  return typeof binding === "object" && binding !== null && "idFromName" in binding;
}
