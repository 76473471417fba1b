import { expect, test } from "vitest";
import { problem } from "../../durable/problem.ts";

test("a problem has its five members, first and unreplaceable, and the extra ones after them", async () => {
  const response = problem(404, "NOT_FOUND", "no such atom", { known: ["a"], status: 200, detail: "x" });
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const body: unknown = await response.json();
  const type = "urn:radon:problem:NOT_FOUND";
  expect(body).toEqual({
    type,
    title: "Not found",
    status: 404,
    detail: "no such atom",
    code: "NOT_FOUND",
    known: ["a"],
  });
  expect(Object.keys(body as object)).toEqual(["type", "title", "status", "detail", "code", "known"]);
});
