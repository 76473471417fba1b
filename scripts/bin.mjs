#!/usr/bin/env node
/**
 * The package's command. It starts scripts/radon.ts with a Node that runs TypeScript: this one if it can, else the one that
 * comes with the package "node". Plain JavaScript for old Nodes: what it needs is there since Node 18.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("radon.ts", import.meta.url));
/** Node strips no types below node_modules, where this package is once it is installed. */
const HOOKS = new URL("strip-types.mjs", import.meta.url).href;

function runsTypeScript(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

function nodeBinary() {
  if (runsTypeScript(process.versions.node)) return process.execPath;
  try {
    return createRequire(import.meta.url).resolve("node/bin/node");
  } catch {
    process.stderr.write(
      `radon: Node ${process.versions.node} does not run TypeScript, and the package "node" is not installed.\n` +
        "Use Node 22.18 or later, or run npm install again with its install scripts allowed.\n",
    );
    process.exit(3);
  }
}

// The channel closes when this process ends in any way, and the command then ends as well.
const child = spawn(
  nodeBinary(),
  ["--disable-warning=ExperimentalWarning", "--import", HOOKS, COMMAND, ...process.argv.slice(2)],
  {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  },
);
child.once("error", (error) => {
  process.stderr.write(`radon: ${error.message}\n`);
  process.exit(3);
});
// Ctrl-C reaches the command by itself.
process.on("SIGINT", () => undefined);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.once("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
