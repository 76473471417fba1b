/** The OpenAPI 3.1 document, made from the operations themselves. Pure. */
import * as z from "zod";
import type { Application } from "../../durable/core/application.ts";
import { PROBLEM_CONTENT_TYPE } from "../../durable/problem.ts";
import { problemSchema } from "./answer-schemas.ts";
import { idempotencyKey } from "./idempotency.ts";
import { jsonResponse } from "./answers.ts";
import { operation, type Answer, type Operation, type Shape } from "./operation.ts";
import { triggerTable } from "./trigger-routes.ts";

type Json = Record<string, unknown>;

/** The version of the API, which is the one in its paths; not that of the software. */
const API_VERSION = "1.0.0";
const BEARER = "bearer";
/** The problems that any operation may answer with. */
const COMMON_PROBLEMS = [500];
const GUARDED_PROBLEMS = [401, 403];
const OBJECT_PROBLEMS = [400, 404, 503, 504];
const BODY_PROBLEMS = [408, 413, 429];

const PROBLEMS: Readonly<Record<number, string>> = {
  400: "A parameter is malformed; the detail names it and says what would be right.",
  401: "The token is missing or wrong.",
  403: "The runtime has no token, or, in development, the request does not come from this machine.",
  404: "There is no such thing; the detail lists what there is.",
  408: "The body did not come in time.",
  409: "The atom waits for the very request: a deadlock.",
  413: "The body is too large; the detail says how large it may be.",
  429: "Back-pressure: try again after the time in Retry-After.",
  500: "A bug; the log has the cause under the incident's id.",
  501: "This runtime cannot load atoms; the detail says what to do instead.",
  502: "The atom failed.",
  503: "An object could not be reached: try again.",
  504: "No answer in time.",
};

/** The operation that answers with the document; it is in the document itself. */
export function documentOperation(others: readonly Operation[]): Operation {
  const made = new WeakMap<Application, Json>();
  const self: Operation = operation(
    {
      id: "getDocument",
      method: "get",
      path: "/_radon/openapi.json",
      summary: "This document",
      tag: "runtime",
      open: true,
      pathShape: {},
      queryShape: {},
      answers: { 200: { description: "The OpenAPI document.", bodies: [{ type: "application/json" }] } },
      problems: [],
    },
    ({ application }) => {
      const document = made.get(application) ?? openApiDocument(application, [...others, self]);
      made.set(application, document);
      return jsonResponse(document);
    },
  );
  return self;
}

export function openApiDocument(application: Application, operations: readonly Operation[]): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: `Radon: ${application.app}`,
      version: API_VERSION,
      description: "The control API of a Radon runtime. Errors are problem details (RFC 9457) with a code.",
    },
    paths: pathsOf(operations),
    components: {
      schemas: { Problem: jsonSchema(problemSchema) },
      responses: Object.fromEntries(
        Object.keys(PROBLEMS).map((status) => [`Problem${status}`, problemResponse(status)]),
      ),
      securitySchemes: { [BEARER]: { type: "http", scheme: "bearer", description: "Not asked for in development." } },
    },
    tags: [...new Set(operations.map((each) => each.tag))].map((name) => ({ name })),
    "x-radon-triggers": triggersOf(application),
  };
}

/** Routes of atoms take any method and are no templates of OpenAPI, so they stand apart. */
function triggersOf(application: Application): Json[] {
  return triggerTable(application).triggers.map(({ route, runtime, atom }) => ({
    route,
    atom: `${runtime.name}/${atom.name}`,
  }));
}

function pathsOf(operations: readonly Operation[]): Json {
  const paths: Record<string, Json> = {};
  for (const each of operations) {
    paths[each.path] = { ...paths[each.path], [each.method]: documented(each) };
  }
  return paths;
}

function documented(each: Operation): Json {
  return {
    operationId: each.id,
    summary: each.summary,
    tags: [each.tag],
    parameters: parametersOf(each),
    ...(each.payload === undefined ? {} : { requestBody: requestBody(each.payload) }),
    responses: responsesOf(each),
    security: each.open === true ? [] : [{ [BEARER]: [] }],
  };
}

function parametersOf(each: Operation): Json[] {
  const headers: Shape = each.idempotent === true ? { "Idempotency-Key": idempotencyKey.optional() } : {};
  return [...inPlace("path", each.pathShape), ...inPlace("query", each.queryShape), ...inPlace("header", headers)];
}

function inPlace(place: "path" | "query" | "header", shape: Shape): Json[] {
  return Object.entries(shape).map(([name, schema]) => {
    const { description, ...rest } = jsonSchema(schema);
    const required = place === "path" || !schema.safeParse(undefined).success;
    return { name, in: place, required, ...(description === undefined ? {} : { description }), schema: rest };
  });
}

function requestBody(description: string): Json {
  return { description: `${description} At most 1 MiB.`, required: false, content: { "application/octet-stream": {} } };
}

function responsesOf(each: Operation): Json {
  const answers = Object.entries(each.answers).map(([status, answer]) => [status, response(answer)]);
  const asked = each.open === true ? [] : [...GUARDED_PROBLEMS, ...OBJECT_PROBLEMS];
  const ofBody = each.payload === undefined ? [] : BODY_PROBLEMS;
  const statuses = [...new Set([...COMMON_PROBLEMS, ...asked, ...ofBody, ...each.problems])].sort((a, b) => a - b);
  const problems = statuses.map((status) => [String(status), { $ref: `#/components/responses/Problem${status}` }]);
  return Object.fromEntries([...answers, ...problems]);
}

function response(answer: Answer): Json {
  if (answer.bodies === undefined) return { description: answer.description };
  const content = answer.bodies.map(({ type, schema }) => [
    type,
    schema === undefined ? {} : { schema: jsonSchema(schema) },
  ]);
  return { description: answer.description, content: Object.fromEntries(content) };
}

function problemResponse(status: string): Json {
  const schema = { $ref: "#/components/schemas/Problem" };
  return { description: PROBLEMS[Number(status)], content: { [PROBLEM_CONTENT_TYPE]: { schema } } };
}

/** OpenAPI 3.1 takes JSON Schema as it is; only the name of its dialect is left out, as the document's default is that. */
function jsonSchema(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" });
  return rest;
}
