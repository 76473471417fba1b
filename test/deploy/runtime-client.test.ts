/** The invariants of scripts/deploy/runtime-client.ts, against a server of its own. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { makeCertificate } from "../end-to-end/machines/certificate.ts";
import { RuntimeClient, type RemoteFailure } from "../../scripts/deploy/runtime-client.ts";

const TOKEN = "s3cret-t0ken";
const DEPLOYMENT = { app: "tour", runtime: "cloud", leader: "cloud", version: "v", atoms: [] };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json =
  (value: unknown, status = 200): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

async function failureAt(url: string, token: string | undefined = TOKEN): Promise<RemoteFailure> {
  const answer = await new RuntimeClient({ runtime: "cloud", url, token }).deployment();
  if (answer.ok) throw new Error("It answered.");
  expect(answer.failure.message).toMatch(/^(The runtime cloud at http|At http)/);
  return answer.failure;
}

test("asks with the token, and reads the answer", async () => {
  const seen: unknown[] = [];
  const url = await serve((request, response) => {
    seen.push(request.url, request.headers.authorization);
    json(DEPLOYMENT)(request, response);
  });
  const answer = await new RuntimeClient({ runtime: "cloud", url, token: TOKEN }).deployment();
  expect(answer).toEqual({ ok: true, value: DEPLOYMENT });
  expect(seen).toEqual(["/_radon/v1/deployment", `Bearer ${TOKEN}`]);
});

test("every name below localhost is this machine", async () => {
  const hosts: unknown[] = [];
  const url = await serve((request, response) => {
    hosts.push(request.headers.host);
    json(DEPLOYMENT)(request, response);
  });
  const named = url.replace("127.0.0.1", "cloud.localhost");
  expect(await new RuntimeClient({ runtime: "cloud", url: named, token: undefined }).deployment()).toMatchObject({
    ok: true,
  });
  expect(hosts).toEqual([new URL(named).host]);
});

describe("1: every question ends, and says why", () => {
  test("nobody listens", async () => {
    const url = await serve(json({}));
    const server = servers.pop();
    await new Promise((resolve) => server?.close(resolve));
    expect(await failureAt(url)).toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(/nothing listens/),
    });
  });

  test("no answer in time", async () => {
    const url = await serve(() => undefined);
    const client = new RuntimeClient({ runtime: "cloud", url, token: TOKEN });
    const answer = await client.ask({ path: "/", schema: z.unknown(), limitMs: 100 });
    expect(answer).toMatchObject({ ok: false, failure: { message: expect.stringMatching(/no answer within 0.1 s/) } });
  });

  test("an answer that does not end", async () => {
    const url = await serve((_, response) => void response.writeHead(200).write("{"));
    const client = new RuntimeClient({ runtime: "cloud", url, token: TOKEN });
    const answer = await client.ask({ path: "/", schema: z.unknown(), limitMs: 100 });
    expect(answer).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
  });

  test("the connection is cut", async () => {
    const url = await serve((request) => request.socket.destroy());
    expect((await failureAt(url)).message).toMatch(/closed before an answer/);
  });

  test("a certificate that nobody vouches for", async (context) => {
    const folder = mkdtempSync(path.join(tmpdir(), "radon-certificate-"));
    const tls = makeCertificate(folder);
    if (tls === undefined) return context.skip("There is no openssl on this machine.");
    const read = (file: string) => readFileSync(path.join(folder, file));
    const server = createTlsServer({ cert: read(tls.certificate), key: read(tls.key) }, json({}));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    rmSync(folder, { recursive: true });
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    expect((await failureAt(url)).message).toMatch(/nobody that this machine trusts.*NODE_EXTRA_CA_CERTS=FILE/);
  });

  test("by the proxy of the environment, but for what is on this machine", async () => {
    const asked: string[] = [];
    const answer = json(DEPLOYMENT);
    const proxy = await serve((request, response) => {
      asked.push(request.url ?? "");
      answer(request, response);
    });
    vi.stubEnv("HTTP_PROXY", proxy);
    vi.stubEnv("NO_PROXY", "");
    for (const url of ["http://cloud.example.com", proxy.replace("127.0.0.1", "cloud.localhost")])
      expect(await new RuntimeClient({ runtime: "cloud", url, token: TOKEN }).deployment()).toMatchObject({ ok: true });
    vi.unstubAllEnvs();
    expect(asked).toEqual(["http://cloud.example.com/_radon/v1/deployment", "/_radon/v1/deployment"]);
  });

  test("something else than a runtime", async () => {
    const url = await serve((_, response) => void response.end("<html>Hello</html>"));
    expect(await failureAt(url)).toMatchObject({
      kind: "failed",
      message: expect.stringMatching(/runtime of Radon\?/),
    });
    const other = await serve((_, response) => void response.writeHead(404).end("<html>"));
    expect(await failureAt(other)).toMatchObject({ status: 404, message: expect.stringMatching(/status 404/) });
  });

  test("another token, at a runtime that is not known by name", async () => {
    const url = await serve(json({ detail: "The token is not this runtime's RADON_TOKEN." }, 401));
    const client = new RuntimeClient({ runtime: undefined, url, token: TOKEN });
    const answer = await client.ask({ path: "/", schema: z.unknown() });
    const message = `The runtime at ${url}: The token is not this runtime's RADON_TOKEN. Set RADON_TOKEN to the one that it was deployed with.`;
    expect(answer).toMatchObject({ ok: false, failure: { kind: "denied", message } });
  });

  test("a problem", async () => {
    const url = await serve(json({ detail: "The naming does not answer." }, 503));
    expect(await failureAt(url)).toMatchObject({
      status: 503,
      message: expect.stringMatching(/naming does not answer/),
    });
  });

  test("another runtime", async () => {
    const url = await serve(json({ ...DEPLOYMENT, runtime: "edge-1" }));
    expect((await failureAt(url)).message).toMatch(/the runtime edge-1 answers, not cloud/);
  });
});

describe("2: the token", () => {
  test("is asked for where it is missing, and told to be wrong where it is", async () => {
    const url = await serve(json({ detail: "The token is not this runtime's RADON_TOKEN." }, 401));
    const without = await new RuntimeClient({ runtime: "cloud", url, token: undefined }).deployment();
    expect(without).toMatchObject({ failure: { kind: "denied", message: expect.stringMatching(/set RADON_TOKEN/) } });
    expect(await failureAt(url)).toMatchObject({ kind: "denied", status: 401 });
  });

  test("goes nowhere but to the runtime", async () => {
    let asked = 0;
    const elsewhere = await serve(() => (asked += 1));
    const url = await serve((_, response) => void response.writeHead(302, { location: elsewhere }).end());
    expect((await failureAt(url)).message).toMatch(/redirects to/);
    expect(asked).toBe(0);
  });

  test("is in no error", async () => {
    const url = await serve(json({ detail: `You sent ${TOKEN}.` }, 500));
    expect((await failureAt(url)).message).toMatch(/You sent \[token\]/);
    const broken = await failureAt(url, `${TOKEN}\n`);
    expect(broken.message).toMatch(/characters that no token has/);
    expect(broken.message).not.toContain(TOKEN);
  });
});
