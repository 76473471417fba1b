/** `radon dev`: runs the application on this machine until it is told to stop. */
import path from "node:path";
import { bindAddress, claimPort } from "../dev/address.ts";
import { DataFolder } from "../dev/data-folder.ts";
import { DevSession, type DevOptions } from "../dev/session.ts";
import { guardWorkerd } from "../dev/workerd-guard.ts";
import { followInclude } from "../formula/include.ts";
import { keepSchema } from "../formula/json-schema.ts";
import { shownPath } from "../formula/problems.ts";
import { Console } from "../terminal/console.ts";
import { EXIT } from "./exit-codes.ts";

export async function devCommand(given: DevOptions): Promise<number> {
  const options = { ...given, host: bindAddress(given.host) };
  const console = new Console(false);
  // Before the data folder, which stands beside the formula, is looked at.
  const found = followInclude(path.resolve(given.config));
  if (!found.ok) {
    console.problems([found.problem]);
    return EXIT.input;
  }
  const stopped = stopRequest();
  const data = DataFolder.open(dataFolderOf(options));
  const guard = await guardWorkerd(data.path);
  if (options.fresh === true) data.empty();
  const session = new DevSession({ ...options, waits: isWatched() }, console);
  try {
    const port = await claimPort(options.host, options.port);
    const url = await Promise.race([session.start(port, data.path), stopped]);
    if (url !== undefined) {
      keepSchema(path.dirname(path.resolve(options.config)));
      process.stdout.write(`ready ${url}\n`);
      await stopped;
    }
    console.status("");
    console.say(`stopped; state is kept in ${shownPath(data.path)}.`);
    return session.refusal ?? EXIT.ok;
  } finally {
    await session.stop();
    guard.release();
    data.release();
  }
}

/** True if somebody looks on: a script would wait for ever for what nobody corrects. */
function isWatched(): boolean {
  return process.stdout.isTTY && process.stderr.isTTY;
}

function dataFolderOf({ data, config }: DevOptions): string {
  return path.resolve(data ?? path.join(path.dirname(config), ".radon", "data"));
}

/** Resolves when the user or the system wants an end; a launcher in front of this process says so by closing its channel. */
function stopRequest(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(undefined));
    process.once("disconnect", () => resolve(undefined));
  });
}
