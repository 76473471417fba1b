/**
 * What the first request to an object that has never run costs at least, if it has an instance of the same module and is to be exactly
 * once: the asker stores its request before it leaves; the object makes a table, stores its reply with an alarm set, and
 * makes its instance. It has no mailbox, no turns, no names, no host functions, and its reply is never taken out of its store again.
 */
import { DurableObject } from "cloudflare:workers";
import module from "./crowd.wasm";

interface Env {
  readonly COLD: DurableObjectNamespace<Cold>;
}

const MESSAGE = new Uint8Array(64).fill(7);
const ALARM_AFTER_MS = 10_000;
const idle = (): number => 0;

export class Cold extends DurableObject<Env> {
  /** Keeps it in memory, as an atom does. */
  instance: WebAssembly.Instance | undefined;

  /** The object that is asked. */
  async echo(message: Uint8Array): Promise<Uint8Array> {
    this.#keep(message);
    this.instance = new WebAssembly.Instance(module, imports());
    await this.ctx.storage.setAlarm(Date.now() + ALARM_AFTER_MS);
    return message;
  }

  override alarm(): void {
    // Nothing is undone here.
  }

  /** The asker: microseconds of each first request, one after the other. The very first is left out, as that of the atoms is. */
  async timeFirstRequests(count: number): Promise<{ us: number }> {
    await this.#ask(0);
    const start = performance.now();
    for (let index = 1; index <= count; index += 1) await this.#ask(index);
    return { us: ((performance.now() - start) * 1000) / count };
  }

  async #ask(index: number): Promise<void> {
    this.#keep(MESSAGE);
    await this.env.COLD.getByName(`cold-${index}`).echo(MESSAGE);
  }

  #keep(message: Uint8Array): void {
    this.ctx.storage.sql.exec("create table if not exists messages(number integer primary key, body blob)");
    this.ctx.storage.sql.exec("insert or replace into messages values(1, ?)", message);
  }
}

function imports(): WebAssembly.Imports {
  const functions: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (functions[from] ??= {})[name] = idle;
  return functions;
}
