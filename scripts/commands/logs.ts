/** `radon logs`: what a runtime on a machine of one's own has printed, and prints. */
import path from "node:path";
import { didYouMean } from "../../durable/core/suggest.ts";
import { Machine } from "../deploy/workerd/machine.ts";
import { RuntimeOnMachine } from "../deploy/workerd/runtime-on-machine.ts";
import { sitesOf, type Site } from "../deploy/workerd/site.ts";
import { sshOptions } from "../deploy/workerd/ssh-options.ts";
import { workerName } from "../deploy/cloudflare/worker-name.ts";
import type { Formula, RuntimeSpec } from "../formula/formula.ts";
import { loadFormula } from "../formula/load.ts";
import { Console } from "../terminal/console.ts";
import { CommandError, EXIT } from "./exit-codes.ts";
import type { LogsCommandOptions } from "./logs-options.ts";

export async function logsCommand(runtime: string | undefined, options: LogsCommandOptions): Promise<number> {
  const { formula, problems } = loadFormula(path.resolve(options.config), { environment: process.env });
  if (formula === undefined) {
    new Console(false).problems(problems);
    return EXIT.input;
  }
  const spec = chosenRuntime(formula, runtime);
  const site = chosenSite(formula, spec, options.host);
  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort());
  const machine = new Machine(site.machine.host, sshOptions(process.env));
  try {
    const { signal } = stopping;
    const onMachine = new RuntimeOnMachine(site, machine, process.env);
    const found = await onMachine.find(signal);
    const end = found.ok ? await onMachine.showLogs(options.lines, options.follow === true, signal) : found;
    if (!end.ok && !signal.aborted) throw new CommandError(end.reason, EXIT.environment);
    return EXIT.ok;
  } finally {
    await machine.close();
  }
}

function chosenRuntime(formula: Formula, name: string | undefined): RuntimeSpec {
  const names = formula.runtimes.map((each) => each.name);
  const chosen = formula.runtimes.find((each) => each.name === (name ?? (names.length === 1 ? names[0] : undefined)));
  if (chosen !== undefined) return chosen;
  const what = name === undefined ? "Which runtime?" : `There is no runtime "${name}".${didYouMean(name, names)}`;
  throw new CommandError(`${what} Runtimes: ${names.join(", ")}.`, EXIT.usage);
}

/** A cluster is on several machines, each with a log of its own. */
function chosenSite(formula: Formula, spec: RuntimeSpec, host: string | undefined): Site {
  const sites = sitesOf(formula, spec);
  if (sites.length === 0) throw noMachine(formula, spec);
  const hosts = sites.map(({ machine }) => machine.host);
  const chosen = sites.find(({ machine }) => machine.host === (host ?? (hosts.length === 1 ? hosts[0] : undefined)));
  if (chosen !== undefined) return chosen;
  const what =
    host === undefined ? `"${spec.name}" is on several machines: add --host.` : `"${spec.name}" is not on ${host}.`;
  throw new CommandError(`${what} Its machines: ${hosts.join(", ")}.`, EXIT.usage);
}

function noMachine(formula: Formula, { name, target }: RuntimeSpec): CommandError {
  const message =
    target === "cloudflare"
      ? `The logs of "${name}" are at Cloudflare: npx wrangler tail ${workerName(formula.app, name)}`
      : `The runtime "${name}" names no machine: add host = "user@machine".`;
  return new CommandError(message, EXIT.usage);
}
