/** The target "workerd": machines of one's own, reached by SSH. */
import { existsSync } from "node:fs";
import type { RuntimeName } from "../../../durable/core/names.ts";
import type { RuntimeSpec } from "../../formula/formula.ts";
import type { Deployment, Reached, RuntimeToDeploy, Step, Target } from "../target.ts";
import { Machine } from "./machine.ts";
import { rehearseConfig } from "./rehearse-config.ts";
import { RuntimeOnMachine } from "./runtime-on-machine.ts";
import { siteOf, type Site } from "./site.ts";

/** A runtime that is to be sent to its machine. */
interface Shipment extends Pick<RuntimeToDeploy, "bundle" | "secrets"> {
  readonly runtime: RuntimeOnMachine;
}

export class WorkerdTarget implements Target {
  readonly name = "workerd";
  readonly #deployment: Deployment;
  readonly #runtimes: readonly RuntimeOnMachine[];
  readonly #machines = new Map<string, Machine>();
  /** What was sent in this run. */
  readonly #versions = new Map<RuntimeName, string>();

  /** `sshOptions` come before radon's own, and so win over them. */
  constructor(deployment: Deployment, sshOptions: readonly string[]) {
    this.#deployment = deployment;
    this.#runtimes = deployment.formula.runtimes.flatMap((spec) => {
      const site = siteOf(deployment.formula, spec);
      if (site === undefined) return [];
      const { host } = site.machine;
      const machine = this.#machines.get(host) ?? new Machine(host, sshOptions);
      this.#machines.set(host, machine);
      return [new RuntimeOnMachine(site, machine)];
    });
  }

  async check(signal: AbortSignal): Promise<readonly string[]> {
    const specs = this.#deployment.runtimes.map(({ spec }) => spec);
    const found = specs.filter(({ machine }) => machine === undefined).map(noHost);
    for (const runtime of this.#runtimes) {
      const isDeployed = specs.some(({ name }) => name === runtime.site.runtime);
      if (isDeployed) found.push(...unreadable(runtime.site));
      found.push(...(await runtime.check(isDeployed, signal)));
    }
    return found;
  }

  isAbsent(name: RuntimeName): boolean {
    return this.#runtimeOf(name)?.present === false;
  }

  create(): readonly Step[] {
    return [];
  }

  /** Everything is sent before anything is restarted, and then one runtime after the other is. */
  ship(): readonly Step[] {
    const each = this.#deployment.runtimes.flatMap(({ spec, bundle, secrets }) => {
      const runtime = this.#runtimeOf(spec.name);
      return runtime === undefined ? [] : [{ runtime, bundle, secrets }];
    });
    return [...each.map(this.#sendStep), ...each.map(this.#startStep)];
  }

  readonly #sendStep = ({ runtime, bundle, secrets }: Shipment): Step => {
    const { runtime: name, machine } = runtime.site;
    return {
      runtime: name,
      title: `send ${name} to ${machine.host}`,
      run: async (signal) => {
        const release = await runtime.release(bundle, [...secrets.keys()]);
        this.#versions.set(name, release.version);
        return runtime.send(release, signal);
      },
    };
  };

  readonly #startStep = ({ runtime, secrets }: Shipment): Step => {
    const { runtime: name, machine } = runtime.site;
    return {
      runtime: name,
      title: `start ${name} on ${machine.host}`,
      run: async (signal) => {
        const version = this.#versions.get(name);
        if (version === undefined) return { ok: false, reason: "Its release was not sent." };
        return runtime.start(version, secrets, signal);
      },
    };
  };

  rehearse(): readonly Step[] {
    return this.#deployment.runtimes.flatMap(({ spec, bundle, secrets }) => {
      const site = this.#runtimeOf(spec.name)?.site;
      if (site === undefined)
        return [
          { runtime: spec.name, title: "find its machine", run: async () => ({ ok: false, reason: noHost(spec) }) },
        ];
      const title = `check the configuration of workerd for ${spec.name}`;
      return [{ runtime: spec.name, title, run: () => rehearseConfig(site, bundle, [...secrets.keys()]) }];
    });
  }

  remove(runtimes: readonly RuntimeName[]): readonly Step[] {
    return runtimes.flatMap((name) => {
      const runtime = this.#runtimeOf(name);
      if (runtime?.present !== true) return [];
      const title = `remove ${name} and its state from ${runtime.site.machine.host}`;
      return [{ runtime: name, title, run: (signal: AbortSignal) => runtime.remove(signal) }];
    });
  }

  async reach(name: RuntimeName): Promise<Reached> {
    const runtime = this.#runtimeOf(name);
    if (runtime === undefined) return { ok: false, reason: `${name} is on no machine.` };
    const { url, close } = await runtime.tunnel();
    return { ok: true, url, close };
  }

  /** Ends the connections to the machines. */
  async close(): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine.close()));
  }

  #runtimeOf(name: RuntimeName): RuntimeOnMachine | undefined {
    return this.#runtimes.find(({ site }) => site.runtime === name);
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
