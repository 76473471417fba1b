/** What `radon-workers/testing` gives to the tests of an application, used as they would: by the package's own name. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApplication, type Application } from "radon-workers/testing";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { workspace } from "../formula/formulas.ts";

const root = join(import.meta.dirname, "../..");
const space = workspace();
afterAll(space.remove);

/** Answers with its greeting, which is in its configuration; `/nothing` has no body. */
space.write(
  "index.ts",
  `import { config, http, log } from "radon-as";
export function invoke(): void {
  const request = http.receive();
  if (!request) return;
  log.info("asked by " + request.method);
  if (request.path == "/nothing") request.respond("", 204);
  else request.respond(config.text("greeting", "") + request.text);
}
`,
);
const config = space.write(
  "formula.toml",
  `app = "greetings"
[naming]
leader = "cloud"
[[runtime]]
name = "cloud"
[[runtime]]
name = "edge-1"
[[atom]]
name = "greeter"
source = "index.ts"
place = { on = "all" }
http = ["/hello", "/nothing"]
config = { greeting = "hello " }
[atom.on.edge-1]
config = { greeting = "ciao " }
`,
);

const running: Application[] = [];
afterEach(() => Promise.all(running.splice(0).map((each) => each.stop())));

async function started(...options: Parameters<typeof startApplication>): Promise<Application> {
  const application = await startApplication(...options);
  running.push(application);
  return application;
}

/** The folders that applications under test have their state in. */
function stateFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("radon-application-"));
}

describe("startApplication", () => {
  test("serves the application, each runtime by its name, and ends without a trace", async () => {
    const before = stateFolders();
    const application = await started({ config });
    const asked = await application.request("/hello", { method: "POST", body: "Ada" });
    expect([asked.status, await asked.text()]).toEqual([200, "hello Ada"]);
    const atEdge = await application.request("/hello", { method: "POST", body: "Ada", runtime: "edge-1" });
    expect(await atEdge.text()).toBe("ciao Ada");
    expect((await application.request("/nothing")).status).toBe(204);
    expect((await fetch(`${application.url}/none`)).status).toBe(404);
    await expect.poll(() => application.output()).toContain("asked by POST");

    await Promise.all(running.splice(0).map((each) => each.stop()));
    await expect(fetch(application.url)).rejects.toThrow();
    expect(stateFolders()).toEqual(before);
  });

  test("takes values for one run, several of which may go on at once", async () => {
    const greeting = { RADON_ATOM_GREETER_CONFIG_GREETING: "good morning " };
    const [one, other] = await Promise.all([started({ config }), started({ config, env: greeting })]);
    expect(await (await one.request("/hello")).text()).toBe("hello ");
    expect(await (await other.request("/hello")).text()).toBe("good morning ");
  });

  test("rejects with what is wrong", async () => {
    const wrong = space.write("wrong.toml", 'app = "wrong"\n[[atom]]\nname = "a"\nsource = "none.ts"\n');
    const before = stateFolders();
    await expect(startApplication({ config: wrong })).rejects.toThrow(
      /did not start: radon dev ended with 1[^]*none\.ts/,
    );
    await expect(startApplication({ config, startTimeoutMs: 1 })).rejects.toThrow(/did not start: 1 ms passed/);
    expect(stateFolders()).toEqual(before);
  });

  test("leaves nothing behind when the tests are killed", async () => {
    const script = `
      import { startApplication } from "radon-workers/testing";
      const { url } = await startApplication({ config: ${JSON.stringify(config)} });
      process.stdout.write(url + "\\n");
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { cwd: root });
    const said = once(child.stdout.setEncoding("utf8"), "data");
    const [url] = (await Promise.race([said, once(child, "exit")])) as [string];
    expect((await fetch(`${url.trim()}/hello`)).status).toBe(200);
    child.kill("SIGKILL");
    const isServing = () => fetch(`${url.trim()}/hello`).then(Boolean, () => false);
    await expect.poll(isServing, { timeout: 10_000 }).toBe(false);
  });
});

test("the page about it names every option and every method", () => {
  const page = readFileSync(join(root, "docs/testing.md"), "utf8");
  const types = readFileSync(join(root, "scripts/testing/index.d.mts"), "utf8");
  const names = [...types.matchAll(/^ {2}(?:readonly )?(\w+)[?:(]/gm)].map(([, name = ""]) => name);
  expect(names).toEqual(
    expect.arrayContaining(["config", "env", "startTimeoutMs", "runtime", "url", "request", "stop"]),
  );
  expect(names.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  expect(existsSync(join(root, "scripts/testing/index.mjs"))).toBe(true);
});
