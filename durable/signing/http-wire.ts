/** HTTP requests and responses as the bodies of signed ones: the head as JSON and the payload, each with its length. */
import { z } from "zod";
import { ByteReader, ByteWriter, fromUtf8, utf8 } from "../core/bytes.ts";

const headers = z.array(z.tuple([z.string(), z.string()]));
const requestSchema = z.object({
  method: z.enum(["GET", "POST", "PUT", "DELETE"]),
  /** Path and query on the object. */
  route: z.string().regex(/^\//),
  headers,
});
const responseSchema = z.object({ status: z.number().int().min(200).max(599), headers });
const triggerSchema = z.object({ key: z.string().optional() });

/** Statuses whose responses have no body. */
const BODILESS = new Set([204, 205, 304]);

export async function encodeRequest(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const { pathname, search } = new URL(request.url);
  const head = { method: request.method, route: pathname + search, headers: [...request.headers] };
  return encode(head, new Uint8Array(await request.arrayBuffer()));
}

/** Throws if the bytes are no request. */
export function decodeRequest(bytes: Uint8Array): Request {
  const { head, payload } = decode(bytes, requestSchema);
  const body = payload.length > 0 ? { body: payload } : {};
  return new Request(`http://object${head.route}`, { method: head.method, headers: head.headers, ...body });
}

export async function encodeResponse(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const head = { status: response.status, headers: [...response.headers] };
  return encode(head, new Uint8Array(await response.arrayBuffer()));
}

/** Throws if the bytes are no response. */
export function decodeResponse(bytes: Uint8Array): Response {
  const { head, payload } = decode(bytes, responseSchema);
  return new Response(BODILESS.has(head.status) ? null : payload, { status: head.status, headers: head.headers });
}

/** An HTTP request as the frontend hands it to the atom that it triggers. */
export interface TriggerBody {
  readonly head: Uint8Array;
  readonly payload: Uint8Array;
  readonly key: string | undefined;
}

export function encodeTrigger({ head, payload, key }: TriggerBody): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(8 + head.length + payload.length);
  writer.bytes(head);
  writer.bytes(payload);
  return encode(key === undefined ? {} : { key }, writer.written());
}

/** Throws if the bytes are no trigger. */
export function decodeTrigger(bytes: Uint8Array): TriggerBody {
  const { head, payload } = decode(bytes, triggerSchema);
  const reader = new ByteReader(payload);
  return { key: head.key, head: reader.bytes(), payload: reader.bytes() };
}

function encode(head: object, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = utf8(JSON.stringify(head));
  const writer = new ByteWriter(8 + text.length + payload.length);
  writer.bytes(text);
  writer.bytes(payload);
  return writer.finish() as Uint8Array<ArrayBuffer>;
}

function decode<S extends z.ZodType>(
  bytes: Uint8Array,
  schema: S,
): { head: z.output<S>; payload: Uint8Array<ArrayBuffer> } {
  const reader = new ByteReader(bytes);
  const head = schema.parse(JSON.parse(fromUtf8(reader.bytes())));
  return { head, payload: reader.bytes() as Uint8Array<ArrayBuffer> };
}
