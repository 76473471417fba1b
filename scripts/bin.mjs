#!/usr/bin/env node
/**
 * The package's command. It starts scripts/radon.ts, or what `npm pack` made of it, with a Node that is new enough: this one if
 * it is, else the one that comes with the package "node". Plain JavaScript for old Nodes: what it needs is there since Node 18.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

/** A checkout has the sources; what was packed of it has no others. */
const SOURCE = new URL("radon.ts", import.meta.url);
const COMMAND = existsSync(SOURCE) ? SOURCE : new URL("../dist/radon.js", import.meta.url);

/** From these on a Node runs TypeScript, and has all else that the command needs. */
function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** Starting a second process would cost more than the command itself. */
async function runHere() {
  module.enableCompileCache?.();
  withoutExperimentalWarnings();
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
      `radon: Node ${process.versions.node} is too old, and the package "node" is not installed.\n` +
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
  // Whoever started this one may end it in the same way, without a signal.
  process.once("disconnect", () => child.connected && child.disconnect());
  // Ctrl-C reaches the command by itself.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

if (isNewEnough(process.versions.node)) await runHere();
else runThere();
