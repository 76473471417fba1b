/** A bucket for tests, in memory: as much of S3 as workerd's cluster mode asks for. Writes are conditional, as S3's are. */
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

interface Stored {
  readonly bytes: Buffer;
  /** Differs with every write. */
  readonly etag: string;
  readonly at: Date;
}

export interface Bucket {
  readonly endpoint: string;
  /** The keys of all objects, with the bucket's name. */
  readonly keys: () => string[];
  readonly close: () => void;
}

export async function openBucket(): Promise<Bucket> {
  const objects = new Map<string, Stored>();
  const server = createServer((request, response) => void answer(objects, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys: () => [...objects.keys()],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(objects: Map<string, Stored>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://bucket");
  const key = decodeURIComponent(url.pathname.slice(1));
  const bytes = await buffer(request);
  if (url.searchParams.has("list-type")) return list(objects, key.split("/")[0] ?? "", url.searchParams, response);
  const found = objects.get(key);
  if (request.method === "PUT") return put(objects, key, bytes, request, response);
  if (request.method === "DELETE") {
    objects.delete(key);
    return void response.writeHead(204).end();
  }
  if (found === undefined) return refuse(response, 404, "NoSuchKey");
  send(found, request, response);
}

function put(
  objects: Map<string, Stored>,
  key: string,
  bytes: Buffer,
  { headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const found = objects.get(key);
  const isTaken = headers["if-none-match"] === "*" && found !== undefined;
  const isOther = headers["if-match"] !== undefined && headers["if-match"] !== found?.etag;
  if (isTaken || isOther) return refuse(response, 412, "PreconditionFailed");
  const etag = `"${createHash("md5").update(bytes).update(randomUUID()).digest("hex")}"`;
  objects.set(key, { bytes, etag, at: new Date() });
  response.writeHead(200, { etag }).end();
}

function send({ bytes, etag, at }: Stored, { method, headers }: IncomingMessage, response: ServerResponse): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
  const from = Number(range?.[1] ?? 0);
  const to = Math.min(range?.[2] ? Number(range[2]) : Infinity, bytes.length - 1);
  const part = bytes.subarray(from, to + 1);
  const about = { etag, "last-modified": at.toUTCString(), "content-length": String(part.length) };
  const where = range === null ? {} : { "content-range": `bytes ${from}-${to}/${bytes.length}` };
  response.writeHead(range === null ? 200 : 206, { ...about, ...where }).end(method === "HEAD" ? undefined : part);
}

function list(objects: Map<string, Stored>, bucket: string, asked: URLSearchParams, response: ServerResponse): void {
  const [prefix, delimiter, after] = ["prefix", "delimiter", "start-after"].map((name) => asked.get(name) ?? "");
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(`${bucket}/`))
    .map((key) => key.slice(bucket.length + 1));
  const matching = keys.filter((key) => key.startsWith(prefix ?? "") && key > (after ?? "")).toSorted();
  const folderOf = (key: string) => {
    const end = delimiter ? key.indexOf(delimiter, prefix?.length) : -1;
    return end < 0 ? undefined : key.slice(0, end + 1);
  };
  const contents = matching.flatMap((key) =>
    folderOf(key) === undefined ? [entry(key, objects.get(`${bucket}/${key}`))] : [],
  );
  const folders = new Set(matching.flatMap((key) => folderOf(key) ?? []));
  const common = [...folders].map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`);
  const body = `<Name>${bucket}</Name><IsTruncated>false</IsTruncated>${contents.join("")}${common.join("")}`;
  response.writeHead(200, { "content-type": "application/xml" }).end(`<ListBucketResult>${body}</ListBucketResult>`);
}

function entry(key: string, stored: Stored | undefined): string {
  if (stored === undefined) return "";
  const { etag, bytes, at } = stored;
  const about = `<LastModified>${at.toISOString()}</LastModified><ETag>${etag}</ETag><Size>${bytes.length}</Size>`;
  return `<Contents><Key>${key}</Key>${about}</Contents>`;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" }).end(`<Error><Code>${code}</Code></Error>`);
}
