/** How a command that is interrupted ends, where a launcher holds a channel to it as scripts/bin.mjs does. */
import { spawn } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const MODULE = path.join(import.meta.dirname, "../../scripts/commands/interruption.ts");

/** The exit code of a command that does `act` and then ends in order, which closes the channel. */
function exitCodeAfter(act: string): Promise<number | null> {
  const code = `
    import { watchForInterruption } from ${JSON.stringify(MODULE)};
    const { signal, exitCode } = watchForInterruption();
    signal.addEventListener("abort", () => {
      process.exitCode = exitCode();
      if (process.connected) process.disconnect();
    });
    ${act}
    setTimeout(() => process.exit(99), 10_000).unref();`;
  const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: [...stdio] });
  return new Promise((resolve) => child.once("exit", resolve));
}

test("Ctrl-C ends it with 130, and the end of the channel that follows changes nothing", async () => {
  expect(await exitCodeAfter('process.kill(process.pid, "SIGINT"); process.channel.ref();')).toBe(130);
});

test("the end of a launcher ends it as the end of a terminal does", async () => {
  expect(await exitCodeAfter("process.disconnect();")).toBe(129);
});
