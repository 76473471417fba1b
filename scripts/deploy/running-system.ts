/** A system that runs: the runtimes that one of them tells of, and each of them to be asked. */
import path from "node:path";
import { z } from "zod";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { loadFormula } from "../formula/load.ts";
import { RuntimeClient, type RemoteFailure } from "./runtime-client.ts";

export interface SystemOptions {
  readonly url?: string | undefined;
  /** The formula that has the leader's url, if none is given. */
  readonly config: string;
  readonly token: string | undefined;
}

export interface RunningRuntime {
  readonly name: string;
  readonly tags: readonly string[];
  readonly client: RuntimeClient;
}

const runtimesSchema = z.looseObject({
  runtimes: z.array(z.looseObject({ name: z.string(), tags: z.array(z.string()), url: z.string().optional() })),
});

/** The runtimes that have all of the tags; a runtime's name counts as one of its own. Throws where there is none. */
export async function runtimesOn(tags: readonly string[], options: SystemOptions): Promise<RunningRuntime[]> {
  const url = options.url ?? urlOfLeader(options.config);
  const gateway = new RuntimeClient({ runtime: undefined, url: checkedUrl(url), token: options.token });
  const asked = await gateway.ask({ path: "/_radon/v1/runtimes", schema: runtimesSchema });
  if (!asked.ok) throw remoteError(asked.failure);
  const { runtimes } = asked.value;
  const found = runtimes.filter((each) => tags.every((tag) => tag === each.name || each.tags.includes(tag)));
  const known = runtimes.map((each) => `${each.name} (${each.tags.join(", ") || "no tags"})`).join("; ");
  if (tags.length === 0 && runtimes.length > 1)
    throw new CommandError(`Say on which runtimes: --on TAG, or --on NAME. There are: ${known}.`, EXIT.usage);
  if (found.length === 0)
    throw new CommandError(
      `No runtime has ${tags.map((tag) => `"${tag}"`).join(" and ")}. There are: ${known}.`,
      EXIT.input,
    );
  return found.map(({ name, tags: own, url: elsewhere }) => ({
    ...{ name, tags: own },
    client: new RuntimeClient({ runtime: name, url: elsewhere ?? url, token: options.token }),
  }));
}

export function remoteError({ message }: RemoteFailure): CommandError {
  return new CommandError(message, EXIT.environment);
}

function urlOfLeader(config: string): string {
  const { formula } = loadFormula(path.resolve(config), { environment: process.env });
  const url = formula?.runtimes.find(({ name }) => name === formula.leader)?.url;
  if (url !== undefined) return url;
  const message =
    "Say where the system answers: --url http://127.0.0.1:8787 for one that radon dev runs, or the url of the leader's [[runtime]] in the formula.";
  throw new CommandError(message, EXIT.usage);
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new CommandError(`"${url}" is no URL of a runtime: write --url https://HOST or http://HOST:PORT.`, EXIT.usage);
}
