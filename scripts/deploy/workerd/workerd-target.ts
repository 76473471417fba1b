/** The target "workerd": machines of one's own, reached by SSH. */
import { existsSync } from "node:fs";
import type { RuntimeName } from "../../../durable/core/names.ts";
import type { Environment } from "../../formula/environment.ts";
import type { RuntimeSpec } from "../../formula/formula.ts";
import type { Deployment, Reached, RuntimeToDeploy, Step, Target } from "../target.ts";
import { Machine } from "./machine.ts";
import { MachinePast } from "./machine-past.ts";
import { rehearseConfig } from "./rehearse-config.ts";
import { RuntimeOnMachine } from "./runtime-on-machine.ts";
import { sitesOf, type Site } from "./site.ts";
import { sshOptions } from "./ssh-options.ts";

/** A runtime that is to be sent to a machine. */
interface Shipment extends Pick<RuntimeToDeploy, "bundle" | "secrets" | "note"> {
  readonly place: RuntimeOnMachine;
}

export class WorkerdTarget implements Target {
  readonly name = "workerd";
  readonly past: MachinePast;
  readonly #deployment: Deployment;
  readonly #environment: Environment;
  /** Of all runtimes that are on machines; a cluster is in several places. */
  readonly #places: readonly RuntimeOnMachine[];
  readonly #machines = new Map<string, Machine>();
  /** What was sent in this run. */
  readonly #versions = new Map<RuntimeOnMachine, string>();

  constructor(deployment: Deployment, environment: Environment) {
    this.#deployment = deployment;
    this.#environment = environment;
    const sites = deployment.formula.runtimes.flatMap((spec) => sitesOf(deployment.formula, spec));
    this.#places = sites.map((site) => {
      const { host } = site.machine;
      const machine = this.#machines.get(host) ?? new Machine(host, sshOptions(environment));
      this.#machines.set(host, machine);
      return new RuntimeOnMachine(site, machine, environment);
    });
    this.past = new MachinePast(this.#places);
  }

  async check(signal: AbortSignal): Promise<readonly string[]> {
    const specs = this.#deployment.runtimes.map(({ spec }) => spec);
    const found = specs.filter(({ name }) => this.#placesOf(name).length === 0).map(noHost);
    for (const place of this.#places) {
      const isDeployed = specs.some(({ name }) => name === place.site.runtime);
      if (isDeployed) found.push(...unreadable(place.site));
      found.push(...(await place.check(isDeployed, signal)));
    }
    return found;
  }

  /** A machine that is not named is not known. */
  isAbsent(name: RuntimeName): boolean {
    const places = this.#placesOf(name);
    return places.length > 0 && places.every((place) => !place.present);
  }

  create(): readonly Step[] {
    return [];
  }

  /** Everything is sent before anything is restarted, and then one place after the other is. */
  ship(): readonly Step[] {
    const each = this.#deployment.runtimes.flatMap(({ spec, bundle, secrets, note }) =>
      this.#placesOf(spec.name).map((place) => ({ place, bundle, secrets, note })),
    );
    return [...each.map(this.#sendStep), ...each.map(this.#startStep)];
  }

  readonly #sendStep = ({ place, bundle, secrets, note }: Shipment): Step => {
    const { runtime, machine } = place.site;
    return {
      runtime,
      title: `send ${runtime} to ${machine.host}`,
      run: async (signal) => {
        const release = await place.release(bundle, [...secrets.keys()], note);
        this.#versions.set(place, release.version);
        return place.send(release, signal);
      },
    };
  };

  readonly #startStep = ({ place, secrets, note }: Shipment): Step => {
    const { runtime, machine } = place.site;
    return {
      runtime,
      title: `start ${runtime} on ${machine.host}`,
      run: async (signal) => {
        const version = this.#versions.get(place);
        if (version === undefined) return { ok: false, reason: "Its release was not sent." };
        return place.start({ version, application: note.application, at: this.#deployment.at }, secrets, signal);
      },
    };
  };

  rehearse(): readonly Step[] {
    return this.#deployment.runtimes.map(({ spec, bundle, secrets }) => {
      const { name: runtime } = spec;
      const [place] = this.#placesOf(runtime);
      if (place === undefined)
        return {
          runtime,
          title: `find the machine of ${runtime}`,
          run: async () => ({ ok: false, reason: noHost(spec) }),
        };
      const run = () => rehearseConfig(place.site, bundle, [...secrets.keys()], this.#environment);
      return { runtime, title: `check the configuration of workerd for ${runtime}`, run };
    });
  }

  remove(runtimes: readonly RuntimeName[]): readonly Step[] {
    const places = this.#places.filter((place) => runtimes.includes(place.site.runtime) && place.present);
    return places.map((place) => {
      const { runtime, machine, cluster } = place.site;
      const state = cluster === undefined ? "and its state " : "";
      const kept = cluster === undefined ? "" : `, but not the bucket ${cluster.bucket}`;
      const title = `remove ${runtime} ${state}from ${machine.host}${kept}`;
      return { runtime, title, run: (signal: AbortSignal) => place.remove(signal) };
    });
  }

  /** Any member of a cluster answers for all of it. */
  async reach(name: RuntimeName): Promise<Reached> {
    const [place] = this.#placesOf(name);
    if (place === undefined) return { ok: false, reason: `${name} is on no machine.` };
    const { url, close } = await place.tunnel();
    return { ok: true, url, close };
  }

  /** Ends the connections to the machines. */
  async close(): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine.close()));
  }

  #placesOf(name: RuntimeName): readonly RuntimeOnMachine[] {
    return this.#places.filter(({ site }) => site.runtime === name);
  }
}

function unreadable({ runtime, shipped }: Site): string[] {
  const missing = shipped.filter(({ file }) => !existsSync(file));
  return missing.map(
    ({ file }) => `${runtime}: There is no ${file}, which "tls" names. An absolute path is the machine's own.`,
  );
}

function noHost({ name }: RuntimeSpec): string {
  return `The runtime ${name} has target = "workerd" and no machine: add host = "user@machine".`;
}
