/** The runtime `edge`, which no binding connects to the Worker under test: what it signs reaches that Worker's own `fetch`. */
import { env, exports } from "cloudflare:workers";
import { vi } from "vitest";
import type { Application, RemoteRuntime } from "../../durable/core/application.ts";
import type { GlobalName, RuntimeName } from "../../durable/core/names.ts";
import { SignedNamespace, type SignedObject } from "../../durable/signing/signed-objects.ts";
import { secretOf } from "../signing/peer-secret.ts";
import { application } from "./application.ts";

const MAIN_URL = "https://main.test";
export const main: RemoteRuntime = { name: "main" as RuntimeName, tags: [], url: MAIN_URL };
/** Nobody answers there. */
const nowhere: RemoteRuntime = { name: "nowhere" as RuntimeName, tags: [], url: "https://nowhere.test" };

export const edgeApplication: Application = {
  ...application,
  runtime: "edge" as RuntimeName,
  runtimes: [main, nowhere],
};

/** The secrets of `edge`, with the key that signs. */
export const edgeEnv = (...keys: readonly string[]) => ({ RADON_PEER_KEYS: secretOf("edge", "main", ...keys) });

export function signedAtom(name: string, keys: readonly string[] = ["k2"]): SignedObject {
  return new SignedNamespace(main, "atoms", edgeEnv(...keys)).getByName(name);
}

export function signedNaming(): SignedObject {
  return new SignedNamespace(main, "naming", edgeEnv("k2")).getByName("naming");
}

export const edgeAtom = (name: string) => `edge/${name}` as GlobalName;

/** What stands between the two runtimes: it may look at a request, change it or its answer, or answer itself. */
export type Way = (request: Request, pass: (request: Request) => Promise<Response>) => Promise<Response>;

const worker = (exports as unknown as { readonly default: unknown }).default as {
  fetch(request: Request, env: unknown): Promise<Response>;
};
const pass = (request: Request) => worker.fetch(request, env);

/** Leads what is sent to the url of `main` to the Worker under test; everything else goes where it says. */
export function connectEdge(way: Way = (request, go) => go(request)): void {
  const outside = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const request = new Request(input as Request, init as RequestInit);
    return request.url.startsWith(MAIN_URL) ? way(request, pass) : outside(input as Request, init as RequestInit);
  });
}
