/** The objects of the test application, as their callers see them. */
import { env } from "cloudflare:workers";
import type { Submission } from "../../durable/atom-session.ts";
import type { PeerObject } from "../../durable/transport/object-stubs.ts";
import type { ObjectStub } from "../../workers/frontend/objects.ts";

const bindings = env as unknown as { readonly ATOMS: DurableObjectNamespace; readonly NAMING: DurableObjectNamespace };

export function atomStub(name: string): DurableObjectStub {
  return bindings.ATOMS.get(bindings.ATOMS.idFromName(name));
}

/** The atom's object as the frontend triggers it. */
export function triggerStub(name: string): {
  trigger: (...call: Parameters<ObjectStub["trigger"]>) => Promise<Submission>;
} {
  return atomStub(name) as unknown as ReturnType<typeof triggerStub>;
}

/** The atom's object as its peers talk to it. */
export function peerStub(name: string): PeerObject {
  return atomStub(name) as unknown as PeerObject;
}

export function namingStub(): DurableObjectStub {
  return bindings.NAMING.get(bindings.NAMING.idFromName("naming"));
}

export function call(
  stub: DurableObjectStub,
  method: string,
  route: string,
  body?: BodyInit,
  headers?: HeadersInit,
): Promise<Response> {
  return stub.fetch(`http://object${route}`, {
    method,
    ...(body === undefined ? {} : { body }),
    ...(headers ? { headers } : {}),
  });
}

/** The reply of an atom as text. */
export async function ask(atom: string, text: string): Promise<string> {
  const response = await call(atomStub(atom), "POST", "/requests", text);
  return new TextDecoder().decode(await response.arrayBuffer());
}

export async function kvText(atom: string, key: string): Promise<string | undefined> {
  const response = await call(atomStub(atom), "GET", `/kv/${key}`);
  const text = new TextDecoder().decode(await response.arrayBuffer());
  return response.ok ? text : undefined;
}

/** Polls until `read` gives something that `enough` accepts; bounded. */
export async function eventually<T>(
  read: () => Promise<T>,
  enough: (value: T) => boolean,
  timeoutMs = 5_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (enough(value) || Date.now() > deadline) return value;
    await scheduler.wait(20);
  }
}
