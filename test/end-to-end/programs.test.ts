/** Programs that were not written for Radon, as `radon dev` builds and runs them: `atoms/programs`. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRadon, temporaryFolder, type RadonProcess } from "./radon-process.ts";

const config = join(import.meta.dirname, "../../atoms/programs/formula.toml");
const compilers = ["clang", ...[19, 18, 17, 16, 15, 14].map((version) => `clang-${version}`)];
const hasLibc = compilers.some((name) => {
  const found = spawnSync(name, ["--target=wasm32-wasi", "-print-file-name=crt1-command.o"], { encoding: "utf8" });
  return found.status === 0 && existsSync(found.stdout.trim());
});

describe("atoms/programs", () => {
  let radon: RadonProcess | undefined;
  const data = temporaryFolder();
  beforeAll(async () => {
    if (hasLibc) radon = await startRadon(config, data.path);
  });
  afterAll(async () => {
    await radon?.stop();
    data.remove();
  });

  const post = async (path: string, body: string) => {
    const response = await fetch(`${radon?.url}${path}`, { method: "POST", body });
    return { status: response.status, text: await response.text() };
  };

  test("a C filter answers HTTP with its stdout, by its arguments", async (context) => {
    if (!radon) return context.skip("There is no clang with wasi-libc on this machine.");
    expect(await post("/wc", "one two\nthree")).toEqual({ status: 200, text: "1 3 13\n" });
    expect(await post("/words", "one two\nthree")).toEqual({ status: 200, text: "3\n" });
    expect(await post("/wc", "")).toEqual({ status: 200, text: "0 0 0\n" });
  });

  test("what it writes to stderr before it fails is the request's failure", async (context) => {
    if (!radon) return context.skip("There is no clang with wasi-libc on this machine.");
    const { status, text } = await post("/_radon/v1/atoms/local/mistaken/requests", "x");
    expect(status).toBe(502);
    expect(text).toContain("The atom exited with code 1.\\nwc: there is no option -x");
  });

  test("a program that sleeps is a daemon, and ends when it has said all", async (context) => {
    if (!radon) return context.skip("There is no clang with wasi-libc on this machine.");
    await radon.printed(/local\/sleeper: 2 of 2/);
    await radon.printed(/The daemon returned from invoke and has ended/);
  });
});
