/**
 * The naming objects of several runtimes in one process, on a SQLite each and without a network: requests between them
 * are calls, or signed requests to each other's endpoints; alarms ring when the test says so, and any object can be away, restarted
 * or robbed of its storage.
 */
import { DatabaseSync } from "node:sqlite";
import type { Application } from "../../durable/core/application.ts";
import { NamingClient } from "../../durable/naming-client.ts";
import { NamingService, type NamingHost } from "../../durable/naming-service.ts";
import { KEYS_BINDING } from "../../durable/signing/peer-secret.ts";
import { ReplayGuard, type Stamp } from "../../durable/signing/replay-guard.ts";
import { NETWORK_BINDING } from "../../durable/signing/signed-call.ts";
import { peerEndpoint } from "../../workers/peers/endpoint.ts";
import { secretFor } from "../signing/peer-secret.ts";
import type { NamingUnderTest } from "./naming-contract.ts";
import { storageOn } from "./node-storage.ts";

/** How the objects reach each other. */
export type Reach = "bindings" | "signed requests";

interface Member {
  application: Application;
  identity: string;
  database: DatabaseSync;
  service: NamingService | undefined;
  away: boolean;
  alarmAt: number | undefined;
}

export class NamingCluster implements NamingUnderTest {
  readonly #members = new Map<string, Member>();
  readonly #pending = new Set<Promise<unknown>>();
  readonly #reach: Reach;
  /** Every request between objects, as `runtime METHOD path`. */
  readonly requests: string[] = [];

  constructor(applications: readonly Application[], reach: Reach = "bindings") {
    this.#reach = reach;
    for (const built of applications) {
      const application = this.#seen(built);
      const identity = `id of ${application.runtime}`;
      const database = new DatabaseSync(":memory:");
      const member = { application, identity, database, service: undefined, away: false, alarmAt: undefined };
      this.#members.set(application.runtime, member);
    }
  }

  at(runtime: string): NamingClient {
    return new NamingClient({ fetch: (request) => this.#serviceOf(runtime).fetch(request) });
  }

  post(runtime: string, route: string, body: unknown): Promise<Response> {
    const request = new Request(`http://naming${route}`, { method: "POST", body: JSON.stringify(body) });
    return this.#serviceOf(runtime).fetch(request);
  }

  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending]);
  }

  close(): void {
    for (const { database } of this.#members.values()) database.close();
  }

  setAway(runtime: string, away: boolean): void {
    this.#member(runtime).away = away;
  }

  /** The object ends; the next request makes it anew from its storage, perhaps of another build. */
  restart(runtime: string, application: Application = this.#member(runtime).application): void {
    Object.assign(this.#member(runtime), { service: undefined, application: this.#seen(application) });
  }

  loseStorage(runtime: string): void {
    this.restart(runtime);
    this.#member(runtime).database = new DatabaseSync(":memory:");
  }

  /** The runtime's Worker is made anew: as another object, so with another id. */
  recreate(runtime: string): void {
    this.loseStorage(runtime);
    this.#member(runtime).identity += " made anew";
  }

  alarmInMs(runtime: string): number | undefined {
    const { alarmAt } = this.#member(runtime);
    return alarmAt === undefined ? undefined : alarmAt - Date.now();
  }

  async ring(runtime: string): Promise<void> {
    await this.#serviceOf(runtime).alarm();
    await this.settle();
  }

  /** The application as its runtime is built with it: where bindings do not reach, the others have urls. */
  #seen(application: Application): Application {
    if (this.#reach === "bindings") return application;
    const runtimes = application.runtimes.map((entry) =>
      entry.name === application.runtime
        ? entry
        : { name: entry.name, tags: entry.tags, url: `https://${entry.name}.test` },
    );
    return { ...application, runtimes };
  }

  #member(runtime: string): Member {
    const member = this.#members.get(runtime);
    if (member === undefined) throw new Error(`The cluster has no runtime ${runtime}.`);
    return member;
  }

  #serviceOf(runtime: string): NamingService {
    const member = this.#member(runtime);
    member.service ??= new NamingService(member.application, this.#hostOf(member), this.#bindingsOf(member));
    return member.service;
  }

  #hostOf(member: Member): NamingHost {
    const setAlarm = async (time: number | Date) => void (member.alarmAt = Number(time));
    return {
      identity: member.identity,
      storage: { ...storageOn(member.database), setAlarm },
      waitUntil: (promise) => {
        const watched = promise.finally(() => this.#pending.delete(watched));
        this.#pending.add(watched);
      },
    };
  }

  #bindingsOf({ application }: Member): Record<string, unknown> {
    const bound = application.runtimes.filter(({ url }) => url === undefined);
    const entries = bound.map(({ name, namingBinding }) => [namingBinding, this.#namespaceOf(name)]);
    const network = { fetch: (url: URL, init: RequestInit) => this.#send(new Request(url, init)) };
    const signing = { [NETWORK_BINDING]: network, [KEYS_BINDING]: this.#secretOf(application.runtime) };
    return { ...(Object.fromEntries(entries) as Record<string, unknown>), ...signing };
  }

  #secretOf(runtime: string): string {
    const peers = [...this.#members.keys()].filter((name) => name !== runtime);
    return secretFor(runtime, peers, ["k1"]);
  }

  /** What leaves one runtime for the url of another. */
  async #send(request: Request): Promise<Response> {
    const runtime = new URL(request.url).hostname.replace(/\.test$/, "");
    const { application, away } = this.#member(runtime);
    if (away) throw new Error("The runtime is away.");
    return peerEndpoint(application).fetch(request, this.#bindingsOf(this.#member(runtime)));
  }

  #namespaceOf(runtime: string): unknown {
    return {
      idFromName: () => ({ toString: () => this.#member(runtime).identity }),
      getByName: () => ({
        fetch: (url: string, init: RequestInit) => this.#call(runtime, new Request(url, init)),
        admit: async (stamp: Stamp) =>
          new ReplayGuard(storageOn(this.#member(runtime).database).sql).admit(stamp, Date.now()),
      }),
    };
  }

  async #call(runtime: string, request: Request): Promise<Response> {
    this.requests.push(`${runtime} ${request.method} ${new URL(request.url).pathname}`);
    if (this.#member(runtime).away) throw new Error("The object is away.");
    return this.#serviceOf(runtime).fetch(request);
  }
}
