/**
 * What the example set does not touch of an SDK, in a real runtime: `api/LANGUAGE/formula.toml` has one atom, of several files, that does
 * what requests tell it, `VERB REST`. The verbs are the same in C and C++.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MissingTool, Tool } from "../../scripts/compile/compiler.ts";
import { startRadon, temporaryFolder, type RadonProcess } from "../end-to-end/radon-process.ts";
import { eventually, ExampleAtoms } from "./example-atoms.ts";

const START_MS_MAX = 120_000;

/** `ask`: sends the atom a request, and tells the text of the reply. */
export interface Api {
  readonly atoms: ExampleAtoms;
  ask(text: string): Promise<string>;
}

/** `more`: tests of what only this language's SDK has. */
export function describeApi(language: string, tool: Tool | MissingTool, more: (api: () => Api) => void): void {
  if (tool.kind === "missing") {
    test(`the whole API in ${language}`, (context) => context.skip(`${tool.message} ${tool.remedy}`));
    return;
  }
  describe(`the whole API in ${language}`, () => {
    const data = temporaryFolder();
    let radon: RadonProcess;
    let api: Api;

    beforeAll(async () => {
      radon = await startRadon(join(import.meta.dirname, "api", language, "formula.toml"), data.path);
      const atoms = new ExampleAtoms(radon.url);
      api = { atoms, ask: (text) => atoms.ask("api", text) };
    }, START_MS_MAX);
    afterAll(async () => {
      // It is not there if it did not start, which is told already.
      await radon?.stop();
      data.remove();
    });

    describe("the atom", () => describeAtom(() => api));
    describe("messages and the store", () => describeStore(() => api));
    describe("futures", () => describeFutures(() => api));
    describe("interrupts", () => describeInterrupts(() => api));
    describe("naming", () => describeNaming(() => api));
    describe("HTTP", () => describeHttp(() => api));
    describe("of its own", () => more(() => api));
    describe("failures that must not be", () => describeTrap(() => api));
  });
}

function describeAtom(api: () => Api): void {
  const { ask } = bound(api);

  test("knows its configuration and its name", async () => {
    expect(await ask("config greeting")).toBe("bonjour, Zoë");
    expect(await ask("config nothing")).toMatch(/^NOT_FOUND: .*nothing/);
    expect(await ask("limit")).toBe("12 2 3");
    expect(await ask("name")).toBe("local/api");
    expect(await ask("current")).toBe('kind=1 attempt=1 sender=""');
  });

  test("ran its start once, after what stands above it", async () => {
    expect(await ask("started")).toMatch(/^0?1$/);
  });

  test("has random numbers, and clocks that go", async () => {
    const [first, second] = (await ask("random")).split(" ");
    expect(first).not.toBe(second);
    expect(await ask("random")).not.toContain(first);
    const [now, passed] = (await ask("now")).split(" ").map(Number);
    expect(Math.abs((now ?? 0) - Date.now())).toBeLessThan(10_000);
    expect(passed).toBeGreaterThanOrEqual(19);
  });

  test("logs at every level", async () => {
    await ask("log tree rings");
    const { text } = await api().atoms.http("GET", "/_radon/v1/atoms/local/api/logs");
    for (const level of ["trace", "debug", "info", "warn", "error"])
      expect(text).toMatch(new RegExp(`"${level}"[^}]*"tree rings \\d"|"tree rings \\d"[^}]*"${level}"`));
  });

  test("writes text as JSON", async () => {
    for (const text of ['a "b" \\ c/d', "é\u{1f600}\u007f", "\u0001\n\t\u001f", ""])
      expect(JSON.parse(await ask(`quote ${text}`))).toBe(text);
  });
}

function describeStore(api: () => Api): void {
  const { ask } = bound(api);

  test("answers a request later, by its token", async () => {
    const later = ask("later");
    await eventually(
      () => api().atoms.stored("api", "token"),
      (token) => /^\d+$/.test(token),
    );
    expect(await ask("answer here it is")).toBe("answered");
    expect(await later).toBe("here it is");
    expect(await ask("answer again")).toMatch(/^NOT_FOUND: /);
  });

  test("sends one way, to itself too", async () => {
    expect(await ask("send a note")).toBe("sent");
    const note = await eventually(
      () => api().atoms.stored("api", "note"),
      (text) => text === "a note",
    );
    expect(note).toBe("a note");
  });

  test("is told what is too large", async () => {
    expect(await ask("large")).toMatch(/^TOO_LARGE: .*1048577/);
  });

  test("walks through entries in either direction, page by page", async () => {
    const { bytes } = await api().atoms.request("api", "walk");
    const lines = Buffer.from(bytes).toString("latin1").split("\n");
    expect(lines.slice(0, 5)).toEqual([
      "w w\0 wa=1 wb=22 w\xff=h w\xff\xff=hh (OK)",
      "w\xff\xff=hh w\xff=h (OK)",
      "wa=1 wb=22 w\xff=h (OK)",
      "w\xff=h wb=22 wa=1 (OK)",
      "w w\0 wa=1 wb=22 w\xff=h w\xff\xff=hh (OK)",
    ]);
    expect(lines[5]).toMatch(/\(TOO_LARGE\)$/);
  });
}

function describeFutures(api: () => Api): void {
  const { ask } = bound(api);

  test("a timer is awaited, again after a timeout, and once", async () => {
    expect(await ask("timer 30")).toBe("TIMEOUT 0 OK NOT_FOUND");
  });

  test("one that is cancelled says so", async () => {
    expect(await ask("cancel")).toBe("CANCELLED: The future was cancelled.");
  });

  test("callbacks run when futures complete, with the reply or with the reason, and of none that could not be made", async () => {
    const outcomes = await ask("complete it is so");
    expect(outcomes.match(/\[\]/g)).toHaveLength(20);
    expect(outcomes).toContain("[it is so, yes]");
    expect(outcomes).toContain("[REMOTE: no way, no]");
    expect(outcomes).toMatch(/ last, yes NOT_FOUND$/);
  });

  test("to wait for a message has an end", async () => {
    expect(await ask("nothing")).toBe("TIMEOUT: No message came in the time allowed.");
  });
}

function describeInterrupts(api: () => Api): void {
  const { ask } = bound(api);

  test("wait while they are masked", async () => {
    expect(await ask("mask")).toBe("0 1");
  });

  test("go to the handler that was registered last, until there is none", async () => {
    expect(await ask("off")).toMatch(/^0 1 OK NOT_FOUND$|^0 11 NOT_FOUND$/);
  });

  test("end a computation that lets them in", async () => {
    const computing = ask("compute");
    let isOver = false;
    const over = computing.finally(() => (isOver = true));
    await eventually(
      () => api().atoms.interrupt("api", 2, ""),
      () => isOver,
    );
    expect(await over).toBe("enough");
  });
}

function describeNaming(api: () => Api): void {
  const { ask } = bound(api);

  test("gives and takes aliases, and finds by them and by name", async () => {
    expect(await ask("alias topic news.1")).toBe("ok");
    expect(await ask("lookup topic news.*")).toBe("local/api|local/api|OK");
    expect(await ask("unalias topic news.1")).toBe("ok");
    expect(await ask("lookup topic news.*")).toBe("||NOT_FOUND");
    expect(await ask("unalias topic news.1")).toMatch(/^NOT_FOUND: /);
    expect(await ask("resolve api")).toBe("local/api");
    expect(await ask("resolve nobody")).toMatch(/^NOT_FOUND: .*nobody/);
  });
}

function describeHttp(api: () => Api): void {
  const { ask } = bound(api);
  let outside: Server;

  beforeAll(async () => {
    outside = createServer((request, response) => {
      const body = request.toArray();
      void body.then((parts) => {
        const { "x-first": first, "x-second": second } = request.headers;
        response.writeHead(418, { "x-echo": `${String(first)} ${String(second)}` });
        response.end(`${request.method} ${request.url} ${Buffer.concat(parts as Buffer[]).toString()} ü`);
      });
    });
    await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => outside.close());

  test("a request to the outside carries headers and a body, and so does the response", async () => {
    const { port } = outside.address() as AddressInfo;
    expect(await ask(`fetch http://127.0.0.1:${port}/path?query`)).toBe(
      '418 one "two" three - PUT /path?query the body ü',
    );
    expect(await ask("fetch nonsense")).toMatch(/^INVALID: /);
  });

  test("a request from the outside is read, and answered with a status and headers", async () => {
    const { status, headers, text } = await post(
      api(),
      "/api/a%20b%2Bc+d?x=1&the+name=Zo%C3%AB%20%26+co&y",
      "POST",
      "body",
    );
    expect([status, text]).toEqual([201, "POST /api/a%20b%2Bc+d a b+c+d Zoë & co uber 'quoted' \\ - body"]);
    expect([headers.get("x-quoted"), headers.get("content-type")]).toEqual(['a "b" \\c', "text/plain; charset=utf-8"]);
    expect((await post(api(), "/api/x", "PUT", "")).text).toBe("PUT /api/x x - uber 'quoted' \\ - ");
  });

  test("a response that cannot be is refused", async () => {
    expect((await post(api(), "/api/x", "DELETE", "")).text).toMatch(/^INVALID: .*99/);
  });
}

async function post({ atoms }: Api, path: string, method: string, body: string) {
  const headers = { "x-header": "uber 'quoted' \\" };
  const response = await fetch(atoms.url + path, { method, body, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function describeTrap(api: () => Api): void {
  test("trap, with the code and the sentence in the log", async () => {
    expect(await api().atoms.lastTrap("api")).toBeNull();
    await api().atoms.refusal("api", "trap");
    expect(await api().atoms.lastTrap("api")).not.toBeNull();
    const { text } = await api().atoms.http("GET", "/_radon/v1/atoms/local/api/logs");
    expect(text).toMatch(/"error","text":"TOO_LARGE: [^"]*3000/);
    expect(await api().ask("name")).toBe("local/api");
  });
}

/** `ask` of an API that is there only once the tests run. */
export function bound(api: () => Api): { ask: (text: string) => Promise<string> } {
  return { ask: (text) => api().ask(text) };
}
