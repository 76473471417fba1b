/** What the object of an atom that the application does not have answers. */
import { decodeBatch, encodeBatch, type Ack, type Frame } from "../core/frame.ts";
import { problem } from "../problem.ts";

/** Frames are answered as unknown, so that their sender learns that nobody will ever take them; all else with `reason`. */
export async function answerForMissing(request: Request, reason: string): Promise<Response> {
  if (new URL(request.url).pathname !== "/batch") return problem(404, "NOT_FOUND", reason);
  const { frames } = decodeBatch(new Uint8Array(await request.arrayBuffer()));
  return new Response(encodeBatch({ frames: [], acks: frames.map(unknownAck) }));
}

function unknownAck({ from, to, channel, fromEpoch, first }: Frame): Ack {
  return { from: to, to: from, channel, toEpoch: fromEpoch, epoch: 0, next: first, status: "unknown" };
}
