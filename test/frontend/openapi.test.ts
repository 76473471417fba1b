import { describe, expect, test } from "vitest";
import * as z from "zod";
import { controlApi, operations } from "../../workers/frontend/frontend.ts";
import { honoPath } from "../../workers/frontend/mount.ts";
import { application, ok, world } from "./fakes.ts";

/** OpenAPI 3.1, as far as the document uses it; strict, so that a misspelt member is seen. */
const schema = z.record(z.string(), z.unknown());
const reference = z.strictObject({ $ref: z.string().startsWith("#/components/") });
const content = z.record(z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/), z.strictObject({ schema: schema.optional() }));
const response = z.strictObject({ description: z.string().min(1), content: content.optional() });
const parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(["path", "query", "header"]),
  required: z.boolean(),
  description: z.string().min(1),
  schema,
});
const operationObject = z.strictObject({
  operationId: z.string().min(1),
  summary: z.string().min(1),
  tags: z.array(z.string()).min(1),
  parameters: z.array(parameter),
  requestBody: z.strictObject({ description: z.string(), required: z.boolean(), content }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.union([reference, response])),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});
const methods = { get: operationObject, put: operationObject, post: operationObject, delete: operationObject };
const documentSchema = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({ title: z.string().min(1), version: z.string().min(1), description: z.string() }),
  paths: z.record(z.string().startsWith("/"), z.strictObject(methods).partial()),
  components: z.strictObject({
    schemas: z.record(z.string(), schema),
    responses: z.record(z.string(), response),
    securitySchemes: z.record(
      z.string(),
      z.strictObject({ type: z.literal("http"), scheme: z.literal("bearer"), description: z.string() }),
    ),
  }),
  tags: z.array(z.strictObject({ name: z.string() })),
  "x-radon-triggers": z.array(z.strictObject({ route: z.string(), atom: z.string() })),
});
type Document = z.output<typeof documentSchema>;

async function document(): Promise<Document> {
  const answer = await world(ok).send("/_radon/openapi.json");
  return documentSchema.parse(await answer.json());
}

function operationsOf({ paths }: Document): [path: string, method: string, z.output<typeof operationObject>][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, each]) => [path, method, each] as [string, string, z.output<typeof operationObject>],
    ),
  );
}

test("the document is OpenAPI 3.1", async () => {
  expect(Object.keys((await document()).paths).length).toBeGreaterThan(10);
});

test("every route is in the document, and nothing else is", async () => {
  const routes = controlApi(application())
    .routes.filter((route) => route.method !== "ALL")
    .map((route) => `${route.method} ${route.path}`);
  const documented = operationsOf(await document()).map(([path, method]) => {
    return `${method.toUpperCase()} ${honoPath({ path, ...(path.includes("{key}") ? { rest: "key" } : {}) })}`;
  });
  expect(documented.sort()).toEqual(routes.sort());
});

test("the control API is that of the architecture", async () => {
  const v1 = operationsOf(await document()).map(
    ([path, method]) => `${method.toUpperCase()} ${path.replace("/_radon", "")}`,
  );
  const one = "/v1/atoms/{runtime}/{atom}";
  expect(v1.sort()).toEqual(
    [
      "GET /health",
      "GET /v1/deployment",
      "GET /metrics",
      "GET /openapi.json",
      "POST /release",
      "POST /start",
      "GET /v1/runtimes",
      "GET /v1/atoms",
      "GET /v1/lookup",
      `GET ${one}`,
      `GET ${one}/storage`,
      `PUT ${one}`,
      `DELETE ${one}`,
      `POST ${one}/messages`,
      `POST ${one}/requests`,
      `POST ${one}/interrupts/{signal}`,
      `POST ${one}/restart`,
      `GET ${one}/kv`,
      `GET ${one}/kv/{key}`,
      `PUT ${one}/kv/{key}`,
      `DELETE ${one}/kv/{key}`,
      `GET ${one}/logs`,
      `GET ${one}/dead-letters`,
      `POST ${one}/dead-letters/{id}/redeliver`,
      `DELETE ${one}/dead-letters/{id}`,
    ].sort(),
  );
});

describe("the rules of OpenAPI that span members", () => {
  test("operation ids are unique", async () => {
    const ids = operationsOf(await document()).map(([, , each]) => each.operationId);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test("a path's templates are its path parameters, all required", async () => {
    for (const [path, , each] of operationsOf(await document())) {
      const inPath = each.parameters.filter((one) => one.in === "path");
      expect(inPath.map((one) => one.name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
      expect(inPath.every((one) => one.required)).toBe(true);
    }
  });

  test("parameters are unique by name and place", async () => {
    for (const [, , each] of operationsOf(await document())) {
      const keys = each.parameters.map((one) => `${one.in} ${one.name}`);
      expect(keys).toEqual([...new Set(keys)]);
    }
  });

  test("every reference leads somewhere, every security scheme and tag is there", async () => {
    const whole = await document();
    const references = [...JSON.stringify(whole).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(references.length).toBeGreaterThan(20);
    for (const path of references) {
      const target = path.split("/").reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], whole);
      expect(target, path).toBeDefined();
    }
    for (const [, , each] of operationsOf(whole)) {
      for (const scheme of each.security.flatMap(Object.keys))
        expect(whole.components.securitySchemes).toHaveProperty(scheme);
      for (const tag of each.tags) expect(whole.tags).toContainEqual({ name: tag });
    }
  });
});

describe("it says what the handlers do", () => {
  test("limits, defaults and requiredness come from the handlers' own schemas", async () => {
    const { paths } = await document();
    const parameterOf = (path: string, method: "get" | "post", name: string) =>
      paths[`/_radon/v1${path}`]?.[method]?.parameters.find((one) => one.name === name);
    const one = "/atoms/{runtime}/{atom}";
    expect(parameterOf(`${one}/requests`, "post", "timeout_ms")).toMatchObject({
      required: false,
      schema: { type: "integer", minimum: 1, maximum: 300_000, default: 30_000 },
    });
    expect(parameterOf(`${one}/interrupts/{signal}`, "post", "signal")?.schema).toMatchObject({
      minimum: -(2 ** 31),
      maximum: 2 ** 31 - 1,
    });
    expect(parameterOf("/lookup", "get", "pattern")).toMatchObject({ required: true, schema: { maxLength: 1024 } });
    expect(parameterOf("/lookup", "get", "mode")?.schema).toMatchObject({ enum: ["any", "all"], default: "all" });
    expect(parameterOf(one, "get", "atom")?.schema).toMatchObject({ pattern: "^[A-Za-z0-9._-]+$", maxLength: 128 });
    expect(parameterOf(`${one}/messages`, "post", "Idempotency-Key")).toMatchObject({ in: "header", required: false });
  });

  test("an operation without security is one that takes no token", async () => {
    const open = operationsOf(await document()).filter(([, , each]) => each.security.length === 0);
    expect(open.map(([path]) => path).sort()).toEqual(["/_radon/health", "/_radon/openapi.json"]);
    const { send } = world(ok, { development: false }, { RADON_TOKEN: "t" });
    for (const each of operations) {
      const path = each.path
        .replace("{runtime}", "cloud")
        .replace("{atom}", "counter")
        .replace(/\{\w+\}/, "1");
      const { status } = await send(path, { method: each.method.toUpperCase() });
      expect(status === 401, path).toBe(each.open !== true);
    }
  });

  test("every problem of a handler is in its responses", async () => {
    const { paths } = await document();
    const requests = paths["/_radon/v1/atoms/{runtime}/{atom}/requests"]?.post?.responses ?? {};
    expect(Object.keys(requests)).toEqual([
      "200",
      "400",
      "401",
      "403",
      "404",
      "408",
      "409",
      "413",
      "429",
      "500",
      "502",
      "503",
      "504",
    ]);
  });

  test("the atoms' own routes stand beside it, in the order in which they are tried", async () => {
    expect((await document())["x-radon-triggers"]).toEqual([
      { route: "/ticker", atom: "edge-1/ticker" },
      { route: "/counter/*", atom: "cloud/counter" },
    ]);
  });

  test("each operation routes to itself", () => {
    expect(new Set(operations.map((each) => `${each.method} ${honoPath(each)}`)).size).toBe(operations.length);
  });
});
