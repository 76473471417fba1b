/** Runs what was uploaded in workerd, bound as it was uploaded, each Worker at an address of its own; state stays between versions. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  Response as WorkerResponse,
  type Request as WorkerRequest,
  type V4MiniflareOptions,
} from "miniflare";
import type { Worker, Workers } from "./workers.ts";

type WorkerOptions = Extract<V4MiniflareOptions, { workers: unknown }>["workers"][number];

export class Edge {
  readonly #workers: Workers;
  readonly #dataFolder: string;
  readonly #servers = new Map<string, Server>();
  /** The Workers that do not answer, as if their new host name was not known yet. */
  readonly unreachable = new Set<string>();
  #miniflare: Miniflare | undefined;
  /** Changes while a request waits for it make the next request wait for another one. */
  #ready: Promise<Miniflare> | undefined;

  constructor(workers: Workers, dataFolder: string) {
    this.#workers = workers;
    this.#dataFolder = dataFolder;
  }

  /** The origin of a Worker, whether it is there or not; one that is not answers as workers.dev does. */
  async address(name: string): Promise<string> {
    const server = this.#servers.get(name) ?? (await this.#listen(name));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The next request finds what is deployed now. */
  changed(): void {
    this.#ready = undefined;
  }

  async stop(): Promise<void> {
    for (const server of this.#servers.values()) {
      server.closeAllConnections();
      server.close();
    }
    await this.#miniflare?.dispose();
  }

  async #listen(name: string): Promise<Server> {
    const server = createServer((request, response) => {
      this.#answer(name, request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
    });
    this.#servers.set(name, server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  async #answer(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (!this.#workers.all.has(name) || this.unreachable.has(name))
      return void response.writeHead(404).end("There is nothing here yet");
    const miniflare = await (this.#ready ??= this.#run());
    const worker = await miniflare.getWorker(name);
    const headers = Object.entries(request.headers).flatMap(([key, value]) =>
      typeof value === "string" && key !== "connection" && key !== "transfer-encoding" ? [[key, value] as const] : [],
    );
    const body = chunks.length === 0 ? {} : { body: new Uint8Array(Buffer.concat(chunks)) };
    const method = request.method ?? "GET";
    const answer = await worker.fetch(`https://${name}.example.com${request.url}`, {
      method,
      headers: [...headers] as [string, string][],
      ...body,
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  }

  async #run(): Promise<Miniflare> {
    const options = convertV4MiniflareOptions({
      resourcePersistencePath: this.#dataFolder,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.ERROR),
      logRequests: false,
      handleStructuredLogs: () => undefined,
      workers: [...this.#workers.all].map(([name, worker]) => this.#optionsOf(name, worker)),
    });
    if (this.#miniflare === undefined) this.#miniflare = new Miniflare(options);
    else await this.#miniflare.setOptions(options);
    await this.#miniflare.ready;
    return this.#miniflare;
  }

  #optionsOf(name: string, { current }: Worker): WorkerOptions {
    const { metadata, modules } = current;
    const code = [...modules].filter(([, { type }]) => type !== "application/source-map");
    const mainFirst = code.sort(([a], [b]) => Number(b === metadata.main_module) - Number(a === metadata.main_module));
    const texts = metadata.bindings.filter(({ type }) => type === "secret_text" || type === "plain_text");
    return {
      name,
      compatibilityDate: metadata.compatibility_date,
      modulesRoot: "/",
      modules: mainFirst.map(([path, { type, bytes }]) =>
        type === "application/wasm"
          ? { type: "CompiledWasm" as const, path: `/${path}`, contents: bytes }
          : { type: "ESModule" as const, path: `/${path}`, contents: Buffer.from(bytes).toString("utf8") },
      ),
      bindings: Object.fromEntries(texts.map(({ name: binding, text = "" }) => [binding, text])),
      durableObjects: this.#objectsOf(name, metadata.bindings),
      outboundService: fetchOutside,
    };
  }

  #objectsOf(
    own: string,
    bindings: Worker["current"]["metadata"]["bindings"],
  ): NonNullable<WorkerOptions["durableObjects"]> {
    const objects = bindings.flatMap(({ name, type, class_name = "", script_name = own }) => {
      if (type !== "durable_object_namespace") return [];
      const elsewhere = script_name === own ? {} : { scriptName: script_name };
      // Objects of a Worker that was deleted are none of the one that is made in its place.
      const unsafeUniqueKey = `${script_name}-${class_name}-${this.#workers.all.get(script_name)?.generation}`;
      return [[name, { className: class_name, useSQLite: true, unsafeUniqueKey, ...elsewhere }] as const];
    });
    return Object.fromEntries(objects);
  }
}

/** What Workers fetch outside is fetched by Node, so that they trust the certificates that this process does. */
async function fetchOutside(request: WorkerRequest): Promise<WorkerResponse> {
  const { url, method, redirect } = request;
  const body = request.body === null ? {} : { body: await request.arrayBuffer() };
  const answer = await fetch(url, { method, redirect, headers: [...request.headers], ...body });
  return new WorkerResponse(await answer.arrayBuffer(), { status: answer.status, headers: [...answer.headers] });
}
