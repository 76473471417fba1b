/**
 * The package as `npm pack` makes it: applications begun from it in other folders install it, and their own tests pass. Needs npm's
 * registry for what the package depends on.
 */
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, test, type TestContext } from "vitest";
import { findClang } from "../../scripts/compile/clang.ts";
import { temporaryFolder } from "./radon-process.ts";

const root = join(import.meta.dirname, "../..");
const space = temporaryFolder();
afterAll(() => space.remove());

const PACKED_BYTES_MAX = 700_000;
const FILES_MAX = 600;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine on which nobody set anything: without what npm and the runner of these tests put into the environment. */
function freshEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_registry)|RADON_|VITEST|NODE_ENV)/i.test(name),
  );
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const npm = { npm_config_audit: "false", npm_config_fund: "false", npm_config_fetch_retries: "0" };
  return {
    ...Object.fromEntries(own),
    ...npm,
    npm_config_prefer_offline: "true",
    PATH: path.join(delimiter),
  } as Record<string, string>;
}

function run(cwd: string, command: string, ...args: string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: freshEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (chunk: string) => (said[name] += chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...said }));
  });
}

const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|E50\d)\b/;

/** Installs what an application asks for; skips the test where npm reaches no registry. */
async function install(application: string, context: TestContext): Promise<void> {
  const { code, stderr, stdout } = await run(application, "npm", "install");
  const [reason] = UNREACHABLE.exec(stderr) ?? [];
  if (code !== 0 && reason !== undefined) return context.skip(`npm cannot reach its registry (${reason}).`);
  expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
}

const first = join(space.path, "first");
const second = join(space.path, "second");

describe("the packed package", { timeout: 180_000 }, () => {
  test("goes along with an application, which installs it and passes its own test", async (context) => {
    const command = [join(root, "scripts/bin.mjs"), "init", "first", "--language", "assemblyscript"];
    expect(await run(space.path, process.execPath, ...command)).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(root, "dist"))).toBe(false);
    const [tarball = ""] = globSync("vendor/*.tgz", { cwd: first });
    expect(readFileSync(join(first, "package.json"), "utf8")).toContain(`"radon-workers": "file:${tarball}"`);
    expect(statSync(join(first, "vendor")).mode).toBe(statSync(join(first, "atoms")).mode);
    expect(statSync(join(first, tarball)).size).toBeLessThan(PACKED_BYTES_MAX);

    await install(first, context);
    const tested = await run(first, "npm", "test");
    expect(tested, tested.stdout + tested.stderr).toMatchObject({ code: 0 });
    expect(tested.stdout).toMatch(/pass 1\n/);
  });

  test("holds the command as JavaScript, what it builds Workers from, SDKs and docs, and nothing else", (context) => {
    const installed = join(first, "node_modules/radon-workers");
    if (!existsSync(installed)) return context.skip("The package was not installed.");
    const files = globSync("**/*", { cwd: installed }).filter((file) => statSync(join(installed, file)).isFile());
    expect(files.length).toBeLessThan(FILES_MAX);
    const parts = new Set(files.map((file) => file.replace(/\/.*/, "")));
    expect([...parts].sort()).toEqual([
      ...["README.md", "atoms", "dist", "docs", "durable", "package.json", "scripts", "workers"],
    ]);
    const stray = /(^|\/)(test|target|\.radon|node_modules)\/|\.test\.|^scripts\/.*(?<!\.d)\.m?ts$|^dist\/.*(?<!\.js)$/;
    expect(files.filter((file) => stray.test(file))).toEqual([]);
  });

  test("begins another application by itself, in C where there is a clang", async (context) => {
    if (!existsSync(join(first, "node_modules"))) return context.skip("The package was not installed.");
    const source = { kind: "c", entry: "a.c", files: ["a.c"], folder: undefined } as const;
    const language = (await findClang(source, [])).kind === "tool" ? "c" : "wat";
    const init = await run(first, "npx", "radon", "init", "../second", "--language", language, "--name", "other");
    expect(init).toMatchObject({ code: 0, stderr: "" });
    // What npm would install again is there already.
    renameSync(join(first, "node_modules"), join(space.path, "node_modules"));
    mkdirSync(join(second, "node_modules"));
    symlinkSync(join(space.path, "node_modules/radon-workers"), join(second, "node_modules/radon-workers"));
    const tested = await run(second, "npm", "test");
    expect(tested, tested.stdout + tested.stderr).toMatchObject({ code: 0 });
    const deployed = await run(second, "npx", "radon", "deploy", "--dry-run");
    expect(deployed, deployed.stderr).toMatchObject({ code: 0 });
    expect(deployed.stdout).toMatch(/^main /m);
  });
});
