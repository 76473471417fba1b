/**
 * Runs an application for its own tests: `radon dev` on a free port, with a state that nothing else has. Plain JavaScript, as
 * the tests of an application may run in an old Node.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { send } from "./request.mjs";

const COMMAND = fileURLToPath(new URL("../bin.mjs", import.meta.url));
const READY = /^ready (http:\/\/\S+)$/m;
const START_MS_DEFAULT = 120_000;
const STOP_MS_MAX = 10_000;
/** Of what it prints, the last is kept. */
const OUTPUT_LENGTH_MAX = 1_000_000;

export async function startApplication({ config = "formula.toml", env = {}, startTimeoutMs = START_MS_DEFAULT } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "radon-application-"));
  const args = ["dev", "--config", config, "--data", path.join(folder, "data"), "--port", "0"];
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, ...env },
    // The command ends when this channel closes, so it does not outlive the tests, however they end.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = collected(child);
  const stop = async () => {
    await ended(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const url = await ready(child, output, startTimeoutMs);
    return { url, request: (to, options) => send(url, to, options), output: () => output.text, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function collected(child) {
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      output.text = (output.text + chunk).slice(-OUTPUT_LENGTH_MAX);
    });
  }
  return output;
}

/** The address that it serves on. */
function ready(child, output, timeoutMs) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`The application did not start: ${why}\n${output.text}`));
    const timer = setTimeout(() => fail(`${timeoutMs} ms passed.`), timeoutMs);
    const look = () => {
      const url = READY.exec(output.text)?.[1];
      if (url !== undefined) done(() => resolve(url));
    };
    const done = (act) => {
      clearTimeout(timer);
      child.stdout.off("data", look);
      act();
    };
    child.stdout.on("data", look);
    child.once("error", (error) => done(() => fail(error.message)));
    // Once it has closed, all that it said is there.
    child.once("close", (code) => done(() => fail(`radon dev ended with ${code}.`)));
  });
}

/** Ends it, by force if it takes too long. */
async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  child.kill("SIGTERM");
  await closed;
  clearTimeout(timer);
}
