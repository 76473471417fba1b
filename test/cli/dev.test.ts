/** `radon dev` from outside: it serves, reloads, keeps its state, ends cleanly, and leaves nothing behind when it is killed. */
import { EventEmitter, once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { claimPort } from "../../scripts/dev/address.ts";
import { DevSession } from "../../scripts/dev/session.ts";
import { Console } from "../../scripts/terminal/console.ts";
import { workspace } from "../formula/formulas.ts";
import { Radon, radon } from "./run-radon.ts";

const space = workspace();
const cwd = space.folder;
const running = new Set<Radon>();
afterAll(async () => {
  for (const each of running) each.process.kill("SIGKILL");
  await Promise.all([...running].map((each) => each.ended()));
  space.remove();
});

/** Answers every HTTP request with one text. */
function answering(text: string): string {
  return `(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "${text}")
  (func (export "invoke")
    (drop (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (drop (call $reply (i32.const 0) (i32.const ${text.length})))))`;
}

/** Answers a request after a while. */
function sleeping(ms: number): string {
  return `(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:core" "sleep" (func $sleep (param i64) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "awake")
  (func (export "invoke")
    (drop (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (drop (call $sleep (i64.const ${ms})))
    (drop (call $reply (i32.const 0) (i32.const 5)))))`;
}

space.write("hello.wat", answering("hello"));
space.write(
  "formula.toml",
  `app = "hello"
[naming]
leader = "cloud"
[[runtime]]
name = "cloud"
tags = ["cloud"]
[[runtime]]
name = "edge"
[[atom]]
name = "hello"
source = "hello.wat"
place = { tags = ["cloud"] }
http = "/hello"
`,
);

interface Running {
  readonly command: Radon;
  readonly url: string;
}

async function dev(...args: string[]): Promise<Running> {
  return started(new Radon(["dev", "--port", "0", ...args], { cwd }));
}

async function started(command: Radon): Promise<Running> {
  running.add(command);
  const [, url = ""] = await command.says("stdout", /^ready (http:\/\/\S+)\n$/);
  return { command, url };
}

async function end({ command }: Running, signal: NodeJS.Signals): Promise<number | null> {
  command.process.kill(signal);
  const { code } = await command.ended();
  running.delete(command);
  return code;
}

function get(url: string, host?: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, host === undefined ? {} : { headers: { host } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.once("error", reject).end();
  });
}

async function workerdPid(data = ".radon/data"): Promise<number> {
  return Number(readFileSync(path.join(cwd, data, "workerd.pid"), "utf8"));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !(existsSync(`/proc/${pid}/stat`) && readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await sleep(30);
  return !isAlive(pid);
}

describe("radon dev", { timeout: 60_000 }, () => {
  it("serves every runtime, refuses a second one its data, reloads a change, and ends cleanly", async () => {
    const first = await dev();
    expect(await get(`${first.url}/hello`)).toEqual({ status: 200, body: "hello" });
    expect(JSON.parse((await get(`${first.url}/_radon/health`)).body)).toMatchObject({ runtime: "cloud" });
    expect(JSON.parse((await get(`${first.url}/_radon/health`, "edge.localhost")).body)).toMatchObject({
      runtime: "edge",
    });
    const schema = readFileSync(path.join(cwd, ".radon/formula.schema.json"), "utf8");
    expect(schema).toBe((await radon(["schema"], { cwd })).stdout);
    expect(first.command.stderr).toMatch(/hello +reactive +cloud +http:\/\/127.0.0.1:\d+\/hello\n/);

    const second = await radon(["dev", "--port", "0"], { cwd });
    expect(second).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(/Another radon dev uses .*process \d+/),
    });
    const { port } = new URL(first.url);
    const third = await radon(["dev", "--port", port, "--data", "other"], { cwd });
    expect(third).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/Port \d+ on 127.0.0.1 is in use.*--port 0/),
    });

    space.write("hello.wat", answering("changed"));
    await first.command.says("stderr", /reloaded\./);
    expect((await get(`${first.url}/hello`)).body).toBe("changed");
    space.write("hello.wat", "(module (oops))");
    await first.command.says("stderr", /hello.wat:1:[^]*the module "hello" stays what it was before this change/);
    expect((await get(`${first.url}/hello`)).body).toBe("changed");
    space.write("hello.wat", answering("hello"));

    const pid = await workerdPid();
    expect(await end(first, "SIGINT")).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it("answers those who wait before it reloads, and handles their messages", async () => {
    space.write("slow.wat", sleeping(600_000));
    const config = 'app = "slow"\n[[atom]]\nname = "slow"\nsource = "slow.wat"\nhttp = "/slow"\n';
    space.write("slow.toml", config);
    const slow = await dev("--config", "slow.toml", "--data", "slow");
    const ask = () => fetch(`${slow.url}/slow`, { method: "POST", headers: { "idempotency-key": "k" } });
    const waiting = ask();
    await sleep(300);
    space.write("slow.wat", sleeping(0));
    const cut = await waiting;
    expect([cut.status, cut.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await cut.json()).toMatchObject({
      code: "CLOSED",
      detail: expect.stringMatching(/new version.*handled all/),
    });
    await slow.command.says("stderr", /reloaded\./);
    const answer = await ask();
    expect([answer.status, await answer.text()]).toEqual([200, "awake"]);
    expect(await end(slow, "SIGINT")).toBe(0);
  });

  it("reloads what is right while another module is wrong, and tells no warning twice", async () => {
    const registers = '(import "radon:interrupt" "on" (func (param i32 i32) (result i32)))';
    const ill = (text: string) => answering(text).replace("(module", `(module ${registers}`);
    const answers = async () => [(await get(`${two.url}/well`)).body, (await get(`${two.url}/ill`)).body];
    const warnings = () => two.command.stderr.match(/exports no "radon_callback"/g)?.length;
    const atom = (name: string) => `[[atom]]\nname = "${name}"\nsource = "${name}.wat"\nhttp = "/${name}"\n`;
    space.write("well.wat", answering("well"));
    space.write("ill.wat", ill("ill"));
    space.write("two.toml", `app = "two"\n${atom("well")}${atom("ill")}`);
    const two = await dev("--config", "two.toml", "--data", "two");
    expect([...(await answers()), warnings()]).toEqual(["well", "ill", 1]);

    space.write("ill.wat", "(module (oops))");
    space.write("well.wat", answering("better"));
    await two.command.says("stderr", /ill\.wat:1:[^]*"ill" stays what it was before this change\.\nreloaded\./);
    expect([...(await answers()), warnings()]).toEqual(["better", "ill", 1]);

    space.write("ill.wat", ill("cured"));
    await two.command.says("stderr", /reloaded\.[^]*reloaded\./);
    space.write("well.wat", answering("best"));
    await two.command.says("stderr", /reloaded\.[^]*reloaded\.[^]*reloaded\./);
    expect([...(await answers()), warnings()]).toEqual(["best", "cured", 2]);
    expect(await end(two, "SIGINT")).toBe(0);
  });

  it("says at once what it does, and nothing more once it is stopped", async () => {
    space.write("first/index.ts", "export function invoke(): void {}\n");
    space.write("first.toml", 'app = "first"\n[[atom]]\nname = "first"\nsource = "first"\n');
    const env = { RADON_CACHE: path.join(cwd, "empty-cache") };
    const command = new Radon(["dev", "--port", "0", "-c", "first.toml", "--data", "first-data"], { cwd, env });
    running.add(command);
    await command.says("stderr", /^building 1 module \.\.\.\n$/);
    command.process.kill("SIGINT");
    const { code, stderr } = await command.ended();
    expect([code, stderr]).toEqual([0, "building 1 module ...\nstopped; state is kept in first-data.\n"]);
  });

  it("leaves no workerd behind when it is killed, though its folder is gone", async () => {
    const killed = await dev();
    const pid = await workerdPid();
    expect(isAlive(pid)).toBe(true);
    rmSync(path.join(cwd, ".radon/data"), { recursive: true });
    await end(killed, "SIGKILL");
    expect(await gone(pid)).toBe(true);
    const again = await dev("--fresh");
    expect((await get(`${again.url}/hello`)).body).toBe("hello");
    expect(await end(again, "SIGTERM")).toBe(0);
  });

  it("starts a workerd that was killed again, and all runtimes with it", async () => {
    const surviving = await dev();
    const pid = await workerdPid();
    process.kill(pid, "SIGKILL");
    await surviving.command.says("stderr", /workerd ended unexpectedly and was started again/);
    expect((await get(`${surviving.url}/hello`)).body).toBe("hello");
    expect(await workerdPid()).not.toBe(pid);
    expect(await end(surviving, "SIGINT")).toBe(0);
  });

  it("ends when its launcher is killed", async () => {
    const launched = await started(new Radon(["dev", "--port", "0"], { cwd, launcher: true }));
    const pid = await workerdPid();
    await end(launched, "SIGKILL");
    expect(await gone(pid)).toBe(true);
  });

  it("asks for a token where others can reach it", async () => {
    const open = await dev("--host", "0.0.0.0", "--data", "data");
    const token = /RADON_TOKEN to choose one\): (\S+)/.exec(open.command.stderr)?.[1] ?? "";
    expect(token.length).toBeGreaterThan(20);
    expect(await get(`${open.url}/_radon/v1/runtimes`)).toMatchObject({ status: 401 });
    const answer = await fetch(`${open.url}/_radon/v1/runtimes`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    await answer.body?.cancel();
    expect(await end(open, "SIGTERM")).toBe(0);
  });

  it("empties no folder that is not its own", async () => {
    space.write("mine/file.txt", "mine");
    const refused = await radon(["dev", "--port", "0", "--data", "mine", "--fresh"], { cwd });
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringMatching(/holds files that are not the state/) });
    const impossible = await radon(["dev", "--port", "0", "--data", "formula.toml/data"], { cwd });
    expect(impossible).toMatchObject({ code: 3, stderr: expect.stringMatching(/cannot hold the state/) });
    expect(existsSync(path.join(cwd, "mine/file.txt"))).toBe(true);
  });

  it("waits for a first version that can be built where somebody looks on", async () => {
    space.write("late.toml", 'app = "late"\n[[atom]]\nname = "late"\nsource = "late.wat"\n');
    space.write("late.wat", "(module (oops))");
    const lines: string[] = [];
    const heard = new EventEmitter();
    const console = new Console(true);
    console.warn = (line) => {
      lines.push(line);
      heard.emit("line");
    };
    const options = { config: path.join(cwd, "late.toml"), host: "127.0.0.1", port: 0, waits: true };
    const session = new DevSession(options, console);
    const starting = session.start(await claimPort("127.0.0.1", 0), path.join(cwd, "late-data"));
    while (!lines.some((line) => /waiting for a change/.test(line))) await once(heard, "line");
    expect([session.refusal, lines.join("\n")]).toEqual([1, expect.stringMatching(/late\.wat:1:[^]*\n1 error\./)]);
    space.write("late.wat", answering("late"));
    expect(await starting).toMatch(/^http:/);
    expect(session.refusal).toBeUndefined();
    await session.stop();

    const refused = new DevSession({ ...options, config: path.join(cwd, "none.toml") }, console);
    refused.start(0, "").catch(() => undefined);
    await once(heard, "line");
    await refused.stop();
    expect(refused.refusal).toBe(1);
  });

  it("exits with 1 where the first build fails", async () => {
    space.write("wrong.toml", 'app = "w"\n');
    expect(await radon(["dev", "--port", "0", "-c", "wrong.toml", "--data", "w"], { cwd })).toMatchObject({
      code: 1,
      stdout: "",
    });
  });
});
