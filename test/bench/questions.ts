/** How the bench talks to its atoms: requests through the control API, numbers as little-endian bytes. */
import type { Stage } from "./stage.ts";

const TIMEOUT_MS = 60_000;
const encoder = new TextEncoder();

/** Two u32 numbers and a text: what the bench's atoms take as a request. */
export function command(first: number, second: number, text = ""): Uint8Array {
  const name = encoder.encode(text);
  const bytes = new Uint8Array(8 + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, first, true);
  view.setUint32(4, second, true);
  bytes.set(name, 8);
  return bytes;
}

/** Asks an atom, `runtime/atom`; its reply as i64 numbers. */
export async function ask(stage: Stage, atom: string, body: Uint8Array): Promise<number[]> {
  return numbersIn(await postTo(stage, atom, `requests?timeout_ms=${TIMEOUT_MS}`, body));
}

/** Asks an atom with a text; its reply as text. */
export async function askText(stage: Stage, atom: string, text: string): Promise<string> {
  const reply = await postTo(stage, atom, `requests?timeout_ms=${TIMEOUT_MS}`, encoder.encode(text));
  return new TextDecoder().decode(reply);
}

/** Puts a message into an atom's mailbox. */
export async function tell(stage: Stage, atom: string, body: Uint8Array): Promise<void> {
  await postTo(stage, atom, "messages", body);
}

/** Asks the Worker of the references. */
export async function askReference<T = Record<string, number>>(stage: Stage, route: string): Promise<Readonly<T>> {
  const { status, body } = await stage.send("reference", route);
  const text = new TextDecoder().decode(body);
  if (status !== 200) throw new Error(`The reference answered ${route} with ${status}: ${text}`);
  return JSON.parse(text) as Readonly<T>;
}

export function numbersIn(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 3 }, (_, index) => Number(view.getBigInt64(index * 8, true)));
}

async function postTo(stage: Stage, atom: string, operation: string, body: Uint8Array): Promise<Uint8Array> {
  const runtime = atom.slice(0, atom.indexOf("/"));
  const answer = await stage.send(runtime, `/_radon/v1/atoms/${atom}/${operation}`, body);
  if (answer.status === 200 || answer.status === 202) return answer.body;
  throw new Error(`${atom} answered with ${answer.status}: ${new TextDecoder().decode(answer.body)}`);
}
