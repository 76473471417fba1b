/** The way to a runtime: a small HTTP proxy that keeps what passes, and that can be cut in two manners and healed. */
import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** `open`: all passes. `cut`: nothing does. `deaf`: requests do, and no answer comes back. */
type State = "open" | "cut" | "deaf";

/** A request as it passed. */
export interface Passed {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly status: number;
}

export class Way {
  readonly passed: Passed[] = [];
  state: State = "open";
  /** Where the runtime listens now; it is another port after each start. */
  target = "";
  readonly #server = createServer((request, response) => void this.#pass(request, response));

  async open(): Promise<this> {
    this.#server.on("connection", (socket) => this.state === "cut" && socket.destroy());
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  set(state: State): void {
    this.state = state;
    if (state !== "open") this.#server.closeAllConnections();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    const headers = request.headers as Record<string, string>;
    try {
      const body = await bytesOf(request);
      const answer = await forward(new URL(path, this.target), request.method ?? "GET", headers, body);
      const status = answer.statusCode ?? 0;
      const content = await bytesOf(answer);
      this.passed.push({ path, headers, body, status });
      if (this.state !== "open") return void response.destroy();
      response.writeHead(status, answer.headers).end(content);
    } catch {
      response.destroy();
    }
  }
}

/** Sends a request that passed once more, as it was. */
export async function replay(
  { path, headers, body }: Passed,
  target: string,
): Promise<{ status: number; text: string }> {
  const answer = await forward(new URL(path, target), "POST", headers, body);
  return { status: answer.statusCode ?? 0, text: (await bytesOf(answer)).toString() };
}

function forward(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    send(url.href, { method, headers, agent: false }, resolve).once("error", reject).end(body);
  });
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
