/** Runtimes of an application whose control API answers over HTTP: the real frontends, over objects that answer from a table. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Application } from "../../durable/core/application.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import { ownDeployment } from "../../durable/deployment.ts";
import { problem } from "../../durable/problem.ts";
import { applicationFor } from "../../scripts/formula/application.ts";
import type { Formula } from "../../scripts/formula/formula.ts";
import { createFrontend } from "../../workers/frontend/frontend.ts";
import { load } from "../formula/formulas.ts";

export function formulaOf(text: string): Formula {
  const { formula, problems } = load(text);
  if (formula === undefined) throw new Error(JSON.stringify(problems));
  return formula;
}

/** What each runtime of a formula is built with; `modules` are the hashes of its modules. */
export function applicationsOf(text: string, modules: Readonly<Record<string, string>> = {}): Application[] {
  const formula = formulaOf(text);
  const hashes = new Map(formula.modules.map(({ name }) => [name, modules[name] ?? "00"]));
  return formula.runtimes.map(({ name }) =>
    applicationFor(formula, { runtime: name, development: false, situation: "one process", hashes, code: "" }),
  );
}

export interface Served {
  /** Where each runtime answers. */
  readonly addresses: readonly { readonly runtime: RuntimeName; readonly url: string }[];
  /** Stops one of them: its objects are gone for the others as well. */
  stop(runtime: string): void;
  close(): void;
}

/** `storage` is what the object of an atom holds, by global name; nothing if it is not there. */
export async function serveRuntimes(
  applications: readonly Application[],
  token: string,
  storage: Readonly<Record<string, { keys: number; messages?: number }>> = {},
): Promise<Served> {
  const running = new Map<string, Server>();
  const objects = (caller: Application) => ({
    namespaceOf: (binding: string) => {
      const runtime = caller.runtimes.find((each) => each.atomsBinding === binding || each.namingBinding === binding);
      const owner = applications.find((each) => each.runtime === runtime?.name);
      const isNaming = runtime?.namingBinding === binding;
      const fetch = async (name: string, request: Request): Promise<Response> => {
        if (owner === undefined || !running.has(owner.runtime)) return problem(503, "UNAVAILABLE", "It is not there.");
        const { pathname } = new URL(request.url);
        if (isNaming && pathname === "/deployment") return Response.json(await ownDeployment(owner));
        if (isNaming) return Response.json({ version: 1, atoms: [] });
        return Response.json(holdings(storage[`${owner.runtime}/${name}`]));
      };
      return { getByName: (name: string) => ({ fetch: (request: Request) => fetch(name, request) }) };
    },
  });
  const addresses = await Promise.all(
    applications.map(async (application) => {
      const frontend = createFrontend(application);
      const { namespaceOf } = objects(application);
      const bindings = application.runtimes.flatMap((each) => [each.atomsBinding ?? "", each.namingBinding ?? ""]);
      const env = { RADON_TOKEN: token, ...Object.fromEntries(bindings.map((name) => [name, namespaceOf(name)])) };
      const server = createServer((request, response) => {
        const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
        const asked = new Request(`http://${request.headers.host}${request.url}`, {
          headers,
          method: request.method ?? "",
        });
        void frontend.fetch(asked, env).then(async (answer) => {
          response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      running.set(application.runtime, server);
      return { runtime: application.runtime, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    }),
  );
  const stop = (runtime: string): void => {
    running.get(runtime)?.closeAllConnections();
    running.get(runtime)?.close();
    running.delete(runtime);
  };
  return { addresses, stop, close: () => [...running.keys()].forEach(stop) };
}

function holdings(held: { keys: number; messages?: number } = { keys: 0 }): object {
  const { keys, messages = 0 } = held;
  return {
    kv: { keys, bytes: keys * 10, complete: true },
    mailbox: { messages, bytes: messages * 10 },
    outbox: { messages: 0 },
    deadLetters: 0,
  };
}
