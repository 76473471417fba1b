/** The demo application, as a reader of the README meets it: both runtimes, over real HTTP. */
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDemo, type Answer } from "./demo-checks.ts";
import { startRadon, temporaryFolder, type RadonProcess } from "./radon-process.ts";

const config = join(import.meta.dirname, "../../atoms/examples/formula.toml");
const data = temporaryFolder();
let radon: RadonProcess;

beforeAll(async () => {
  radon = await startRadon(config, data.path);
});
afterAll(async () => {
  // It is not there if it did not start, which is told already.
  await radon?.stop();
  data.remove();
});

/** A request; `runtime` names the one that it goes to, by its host name. Node's fetch cannot set that. */
function ask(method: string, path: string, body?: string, runtime?: string): Promise<Answer> {
  const { hostname, port } = new URL(radon.url);
  const headers = runtime ? { host: `${runtime}.localhost:${port}` } : {};
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

testDemo(ask);

test("state is kept over a restart", { timeout: 120_000 }, async () => {
  await ask("POST", "/counter/kept");
  expect(await radon.stop()).toBe(0);
  radon = await startRadon(config, data.path);
  expect((await ask("POST", "/counter/kept")).text).toBe("2");
});
