/** Reading what objects answered: the JSON that was expected, or the sentence that says why it is not there. */
import type * as z from "zod";

export type Read<T> = { readonly ok: true; readonly value: T } | Unread;
/** `code`: that of the problem, if the answer is one. */
interface Unread {
  readonly ok: false;
  readonly detail: string;
  readonly code?: string;
}

const DETAIL_LENGTH_MAX = 500;

/** The body as the schema has it. An object that breaks off or tells nonsense is told of like one that fails. */
export async function readJson<S extends z.ZodType>(response: Response, schema: S): Promise<Read<z.output<S>>> {
  const body = await jsonOf(response);
  if (!response.ok) return { ok: false, detail: detailOf(body, response.status), ...codeOf(body) };
  const parsed = schema.safeParse(body);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, detail: "Its answer was not of the expected form." };
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function codeOf(body: unknown): { readonly code?: string } {
  const code = typeof body === "object" && body !== null && "code" in body ? body.code : undefined;
  return typeof code === "string" ? { code } : {};
}

function detailOf(body: unknown, status: number): string {
  const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : undefined;
  return typeof detail === "string" ? detail.slice(0, DETAIL_LENGTH_MAX) : `It answered with status ${status}.`;
}
