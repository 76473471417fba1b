/** The naming of one runtime as a Durable Object, named "naming" in its namespace: a shell around the service. */
import { DurableObject } from "cloudflare:workers";
import { application } from "radon:application";
import { NamingService } from "./naming-service.ts";
import type { Refusal } from "./signing/refusal.ts";
import { ReplayGuard, type Stamp } from "./signing/replay-guard.ts";

type Env = Readonly<Record<string, unknown>>;

export class NamingObject extends DurableObject<Env> {
  readonly #service: NamingService;
  #guard: ReplayGuard | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const host = {
      storage: ctx.storage,
      // The id of an object outlives its storage, and no other Worker has one of the same id.
      identity: ctx.id.toString(),
      waitUntil: (promise: Promise<unknown>) => ctx.waitUntil(promise),
    };
    this.#service = new NamingService(application, host, env);
  }

  override fetch(request: Request): Promise<Response> {
    return this.#service.fetch(request);
  }

  /** Takes note of a signed request before what it asks for is done; the refusal, if it came before. */
  admit(stamp: Stamp): Refusal | undefined {
    this.#guard ??= new ReplayGuard(this.ctx.storage.sql);
    return this.#guard.admit(stamp, Date.now());
  }

  override alarm(): Promise<void> {
    return this.#service.alarm();
  }
}
