#!/usr/bin/env node
/**
 * The package's command. It starts scripts/radon.ts with a Node that runs TypeScript: this one if it can, else the one that
 * comes with the package "node". Plain JavaScript for old Nodes: what it needs is there since Node 18.
 */
import { spawn } from "node:child_process";
import module, { createRequire } from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const COMMAND = new URL("radon.ts", import.meta.url);
/** Node strips no types below node_modules, where this package is once it is installed. */
const HOOKS = new URL("strip-types.mjs", import.meta.url);

function runsTypeScript(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** Starting a second process would cost more than the command itself. */
async function runHere() {
  module.enableCompileCache?.();
  withoutExperimentalWarnings();
  await import(HOOKS.href);
  await import(COMMAND.href);
}

/** Some of the Nodes that run TypeScript call it experimental each time. */
function withoutExperimentalWarnings() {
  const printers = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") for (const print of printers) print.call(process, warning);
  });
}

function nodeOfPackage() {
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

function runThere() {
  // The channel closes when this process ends in any way, and the command then ends as well.
  const child = spawn(nodeOfPackage(), [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  child.once("error", (error) => {
    process.stderr.write(`radon: ${error.message}\n`);
    process.exit(3);
  });
  // Ctrl-C reaches the command by itself.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

if (runsTypeScript(process.versions.node)) await runHere();
else runThere();
