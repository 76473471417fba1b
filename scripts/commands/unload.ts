/** `radon unload`: takes back what was loaded, on every runtime that is meant. */
import { z } from "zod";
import { confirm } from "../deploy/confirm.ts";
import { remoteError, runtimesOn } from "../deploy/running-system.ts";
import { Console } from "../terminal/console.ts";
import { EXIT } from "./exit-codes.ts";
import { requireName } from "./load.ts";
import type { UnloadCommandOptions } from "./load-options.ts";

const UNLOAD_MS_MAX = 120_000;

export async function unloadCommand(atom: string, options: UnloadCommandOptions): Promise<number> {
  const console = new Console(options.json === true);
  const { on = [], url, config } = options;
  requireName(atom);
  const runtimes = await runtimesOn(on, { url, config, token: process.env["RADON_TOKEN"] });
  const names = runtimes.map(({ name }) => `${name}/${atom}`).join(", ");
  await confirm(
    `Unload ${names}? An atom that the application does not have is removed, with its state.`,
    options.yes === true,
  );
  const unloaded: string[] = [];
  for (const { name, client } of runtimes) {
    const asked = await client.ask({
      method: "DELETE",
      path: `/_radon/v1/atoms/${name}/${atom}`,
      schema: z.unknown(),
      limitMs: UNLOAD_MS_MAX,
    });
    if (!asked.ok) throw remoteError(asked.failure);
    unloaded.push(`${name}/${atom}`);
    console.say(`${name}/${atom}: unloaded`);
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify({ ok: true, unloaded }, null, 2)}\n`);
  return EXIT.ok;
}
