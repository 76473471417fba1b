/** Operations on one atom: checked here, answered by the atom's object, and passed through as the answer comes. */
import type { AtomEntry, RuntimeEntry } from "../../durable/core/application.ts";
import { problem } from "../../durable/problem.ts";
import type { Answers } from "./answers.ts";
import { isLoaded } from "./directory.ts";
import { idempotencyHeader } from "./idempotency.ts";
import { atomAddress, type ObjectAddress, type Question } from "./objects.ts";
import { operation, type Call, type Method, type Operation, type Shape } from "./operation.ts";
import { atomParameter, runtimeParameter } from "./parameters.ts";
import { readPayload } from "./payload.ts";
import { shown, shownList } from "./shown.ts";

const OBJECT_MS_MAX = 30_000;
export const ATOM_PATH = "/_radon/v1/atoms/{runtime}/{atom}";
export const atomPath = { runtime: runtimeParameter, atom: atomParameter };
export type AtomPath = typeof atomPath;

interface Relay<P extends Shape, Q extends Shape> {
  readonly id: string;
  readonly method: Method;
  /** What follows the atom's own path. */
  readonly suffix: string;
  readonly summary: string;
  readonly path?: P;
  readonly rest?: string;
  readonly query?: Q;
  readonly escaped?: readonly string[];
  readonly idempotent?: boolean;
  readonly payload?: string;
  readonly answers: Answers;
  readonly problems?: readonly number[];
  /** Path and query on the object. */
  readonly route: (call: Call<P & AtomPath, Q>) => string;
  readonly limitMs?: (call: Call<P & AtomPath, Q>) => number;
  /** Request headers that go on to the object. */
  readonly passes?: readonly string[];
}

export function relay<P extends Shape = {}, Q extends Shape = {}>(description: Relay<P, Q>): Operation {
  return operation(
    {
      ...description,
      path: ATOM_PATH + description.suffix,
      tag: "atoms",
      pathShape: { ...atomPath, ...description.path } as P & AtomPath,
      queryShape: (description.query ?? {}) as Q,
      problems: description.problems ?? [],
    },
    (call) => passOn(description, call),
  );
}

async function passOn<P extends Shape, Q extends Shape>(
  description: Relay<P, Q>,
  call: Call<P & AtomPath, Q>,
): Promise<Response> {
  const address = await addressOf(call as unknown as Call<AtomPath>);
  if (address instanceof Response) return address;
  const key = description.idempotent === true ? idempotencyHeader(call.request) : {};
  if (key instanceof Response) return key;
  const body = description.payload === undefined ? undefined : await readPayload(call.request);
  if (body instanceof Response) return body;
  return call.ask(address, {
    method: description.method.toUpperCase() as Question["method"],
    route: description.route(call),
    headers: { ...passedHeaders(call.request, description.passes ?? []), ...key },
    ...(body === undefined ? {} : { body }),
    limitMs: description.limitMs?.(call) ?? OBJECT_MS_MAX,
    repeatable: description.method !== "post" || "idempotency-key" in key,
  });
}

/** A HEAD request is answered from the GET's head, so it must not open what goes on for ever. */
function passedHeaders(request: Request, names: readonly string[]): Record<string, string> {
  if (request.method === "HEAD") return {};
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = request.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** The address of the atom that the path names; an atom that is neither of the application nor loaded gets no object. */
async function addressOf(call: Call<AtomPath>): Promise<ObjectAddress | Response> {
  const { application, path, ask } = call;
  const runtime = runtimeOf(call);
  if (runtime instanceof Response) return runtime;
  const atoms = application.atoms.filter((each) => each.runtime === runtime.name);
  const isKnown = atoms.some((each) => each.name === path.atom) || (await isLoaded(runtime, path.atom, ask));
  return isKnown ? atomAddress(runtime, path.atom) : unknownAtom(runtime, path.atom, atoms);
}

export function runtimeOf({
  application,
  path,
}: Pick<Call<AtomPath>, "application" | "path">): RuntimeEntry | Response {
  const runtime = application.runtimes.find((each) => each.name === path.runtime);
  return runtime ?? unknownRuntime(path.runtime, application.runtimes);
}

/** The answer to a question about a runtime that this one was not built to know. */
export function unknownRuntime(name: string, known: readonly RuntimeEntry[]): Response {
  const names = shownList(known.map((each) => each.name));
  return problem(404, "NOT_FOUND", `There is no runtime "${shown(name)}". Known runtimes: ${names}.`);
}

export function unknownAtom(runtime: RuntimeEntry, name: string, known: readonly AtomEntry[]): Response {
  const names = shownList(known.map((each) => each.name));
  return problem(404, "NOT_FOUND", `Runtime ${runtime.name} has no atom "${shown(name)}". Its atoms: ${names}.`);
}
