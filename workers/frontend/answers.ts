/** What operations answer with, as the document says it. */
import type * as z from "zod";
import type { Answer } from "./operation.ts";

export type Answers = Readonly<Record<number, Answer>>;

export const accepted: Answers = { 202: { description: "Accepted: it is durable and will be done." } };
export const done: Answers = { 204: { description: "Done." } };

export function bytes(description: string): Answers {
  return { 200: { description, bodies: [{ type: "application/octet-stream" }] } };
}

export function json(description: string, schema: z.ZodType): Answers {
  return { 200: { description, bodies: [{ type: "application/json", schema }] } };
}

/** A JSON answer of the frontend's own; it tells of the moment, so no cache may keep it. */
export function jsonResponse(value: unknown): Response {
  return new Response(`${JSON.stringify(value)}\n`, {
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}
