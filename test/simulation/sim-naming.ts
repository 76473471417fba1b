/**
 * Naming in a simulation: the leader and its followers over virtual time. Questions take a while; the leader may be away.
 *
 * Checked: a lookup is answered whether or not the leader is there, and at the end every runtime knows every alias.
 */
import type { NamingPort } from "../../durable/atom-session.ts";
import type { Application } from "../../durable/core/application.ts";
import { splitGlobalName, type AtomName, type GlobalName } from "../../durable/core/names.ts";
import { NamingCluster } from "../core/naming-cluster.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import { ALIAS_SCOPE } from "./scripted-guest.ts";
import type { Life } from "./sim-object.ts";

const QUESTION_MS_MAX = 2;

export class SimNaming {
  readonly cluster: NamingCluster;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #runtimes: readonly string[];
  readonly #leader: string;
  /** Questions that the naming objects are at. */
  #working = 0;

  constructor(applications: readonly Application[], scheduler: Scheduler, random: Random) {
    this.cluster = new NamingCluster(applications);
    this.#scheduler = scheduler;
    this.#random = random;
    this.#runtimes = applications.map(({ runtime }) => runtime);
    this.#leader = (applications[0] as Application).leader;
  }

  /** True while promises of naming are under way, which take several turns of the event loop. */
  get working(): boolean {
    return this.#working > 0;
  }

  port(runtime: string, life: Life): NamingPort {
    const naming = () => this.cluster.at(runtime);
    return {
      setAliases: (atom, delta) =>
        this.#asked(life, async () => {
          const answer = await naming().setAliases(splitGlobalName(atom).atom as AtomName, delta);
          if ("code" in answer) throw new Error(answer.reason);
          return answer.revision;
        }),
      resolve: (name, asker) => this.#asked(life, () => naming().resolve(name, asker)),
      lookup: (query, asker) => this.#asked(life, () => naming().lookup({ ...query, asker })),
    };
  }

  /** As a runtime's Worker does when it starts. */
  start(): void {
    for (const runtime of this.#runtimes) this.#work(this.cluster.at(runtime).start());
  }

  setLeaderAway(away: boolean): void {
    this.cluster.setAway(this.#leader, away);
  }

  /** Rings the alarms that are due. */
  ring(): void {
    for (const runtime of this.#runtimes)
      if ((this.cluster.alarmInMs(runtime) ?? Infinity) <= 0) this.#work(this.cluster.ring(runtime));
  }

  /** What every runtime says of the atoms' aliases, against what they are; `expected` knows of some atoms nothing. */
  async checkAliases(
    expected: (atom: GlobalName) => ReadonlySet<string> | undefined,
    violated: (text: string) => void,
  ): Promise<void> {
    for (const runtime of this.#runtimes) {
      const directory = await this.cluster.at(runtime).directory();
      if ("code" in directory) return violated(`the naming of ${runtime} fails: ${directory.reason}`);
      for (const { name, aliases } of directory.atoms) {
        const known = [...(aliases[ALIAS_SCOPE] ?? [])].sort().join();
        const right = expected(name);
        if (right && known !== [...right].sort().join())
          violated(`${runtime} says that ${name} has the aliases [${known}], not [${[...right].sort().join()}]`);
      }
    }
  }

  /** The question travels, is answered, and the answer travels. */
  #asked<T>(life: Life, ask: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const back = (settle: () => void) => {
        this.#scheduler.after(this.#random.next() * QUESTION_MS_MAX, () => life.over || life.dying || settle());
      };
      this.#scheduler.after(this.#random.next() * QUESTION_MS_MAX, () => {
        if (life.over || life.dying) return;
        const answered = ask().then(
          (value) => back(() => resolve(value)),
          (error: unknown) => back(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
        this.#work(answered);
      });
    });
  }

  #work(work: Promise<unknown>): void {
    void this.#toItsEnd(work);
  }

  /** With all that the naming objects do because of it; whoever asked sees for himself whether it failed. */
  async #toItsEnd(work: Promise<unknown>): Promise<void> {
    this.#working += 1;
    await work.catch(() => undefined);
    await this.cluster.settle();
    this.#working -= 1;
  }
}
