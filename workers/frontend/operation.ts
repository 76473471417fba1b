/**
 * One operation of the control API: what the document says of it and what it does, in one place. The routes and the
 * OpenAPI document are both made from the same list of operations, so neither can have what the other lacks.
 */
import type * as z from "zod";
import type { Application } from "../../durable/core/application.ts";
import { problem } from "../../durable/problem.ts";
import { askThrough, resetThrough, type Ask, type Bindings, type Reset } from "./objects.ts";
import { decodedPath, rawQueryOf, restOfPath } from "./url-parts.ts";
import { shown, shownList } from "./shown.ts";

export type Shape = Readonly<Record<string, z.ZodType>>;
type Values<S extends Shape> = { readonly [Name in keyof S]: z.output<S[Name]> };

export type Method = "get" | "post" | "put" | "delete";

/** A body that an answer may have. */
export interface AnswerBody {
  readonly type: string;
  readonly schema?: z.ZodType;
}

export interface Answer {
  readonly description: string;
  readonly bodies?: readonly AnswerBody[];
}

export interface Call<P extends Shape = Shape, Q extends Shape = Shape> {
  readonly application: Application;
  readonly request: Request;
  readonly ask: Ask;
  readonly reset: Reset;
  readonly path: Values<P>;
  readonly query: Values<Q>;
  /** The valid query as it goes on to an object: defaults filled in, bytes as the client escaped them. */
  readonly search: string;
}

interface Description<P extends Shape, Q extends Shape> {
  readonly id: string;
  readonly method: Method;
  /** As OpenAPI writes it: `/_radon/v1/atoms/{runtime}`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** True if it takes no token. */
  readonly open?: boolean;
  /** The path parameter that takes all the rest of the path, slashes included; it reaches the handler as it was escaped. */
  readonly rest?: string;
  /** Query parameters that stand for bytes: they reach their schema as they were escaped. */
  readonly escaped?: readonly string[];
  readonly pathShape: P;
  readonly queryShape: Q;
  readonly idempotent?: boolean;
  /** What the request's body is, if it takes one. */
  readonly payload?: string;
  readonly answers: Readonly<Record<number, Answer>>;
  /** The problems that it may answer with beyond those that every operation has. */
  readonly problems: readonly number[];
}

export interface Operation extends Description<Shape, Shape> {
  readonly run: (application: Application, request: Request, env: Bindings) => Promise<Response>;
}

/** Makes an operation of its description and its handler: parameters are checked before the handler sees them. */
export function operation<P extends Shape, Q extends Shape>(
  description: Description<P, Q>,
  handle: (call: Call<P, Q>) => Promise<Response> | Response,
): Operation {
  return {
    ...description,
    run: async (application, request, env) => {
      const url = new URL(request.url);
      const rawQuery = rawQueryOf(url);
      if (rawQuery instanceof Response) return rawQuery;
      const unknown = [...rawQuery.keys()].filter((name) => !Object.hasOwn(description.queryShape, name));
      if (unknown.length > 0) return unknownParameters(unknown, Object.keys(description.queryShape));
      const path = checked(description.pathShape, rawPathOf(description, url));
      if (path instanceof Response) return path;
      const query = checked(description.queryShape, decodedQuery(rawQuery, description.escaped ?? []));
      if (query instanceof Response) return query;
      return handle({
        application,
        request,
        ask: askThrough(env),
        reset: resetThrough(env),
        path,
        query,
        search: searchOf(query, rawQuery),
      });
    },
  };
}

function rawPathOf(description: Description<Shape, Shape>, url: URL): Map<string, string> {
  const values = decodedPath(description.path, url);
  if (description.rest !== undefined) values.set(description.rest, restOfPath(description.path, url));
  return values;
}

function decodedQuery(raw: ReadonlyMap<string, string>, escaped: readonly string[]): Map<string, string> {
  return new Map([...raw].map(([name, value]) => [name, escaped.includes(name) ? value : decodedText(value)]));
}

function decodedText(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

function searchOf(query: Readonly<Record<string, unknown>>, raw: ReadonlyMap<string, string>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = pairs.map(([name, value]) => `${name}=${raw.get(name) ?? encodeURIComponent(String(value))}`);
  return search.length === 0 ? "" : `?${search.join("&")}`;
}

/** The values that the schemas make of the raw ones, or a problem that names every parameter that is wrong. */
function checked<S extends Shape>(shape: S, raw: ReadonlyMap<string, string>): Values<S> | Response {
  const values: Record<string, unknown> = {};
  const errors: { parameter: string; detail: string }[] = [];
  for (const [name, schema] of Object.entries(shape)) {
    const result = schema.safeParse(raw.get(name));
    if (result.success) values[name] = result.data;
    else
      errors.push({
        parameter: name,
        detail: mistake(name, raw.get(name), result.error.issues[0]?.message ?? "is malformed"),
      });
  }
  if (errors.length === 0) return values as Values<S>;
  return problem(400, "INVALID", errors.map((error) => error.detail).join(" "), { errors });
}

function mistake(name: string, value: string | undefined, rule: string): string {
  return `Parameter "${name}" is ${value === undefined ? "missing" : `"${shown(value)}"`}: it ${rule}.`;
}

function unknownParameters(unknown: readonly string[], known: readonly string[]): Response {
  const errors = unknown.map((name) => ({
    parameter: shown(name),
    detail: `There is no parameter "${shown(name)}" here; known: ${shownList(known)}.`,
  }));
  return problem(
    400,
    "INVALID",
    errors
      .slice(0, 5)
      .map((error) => error.detail)
      .join(" "),
    { errors: errors.slice(0, 20) },
  );
}
