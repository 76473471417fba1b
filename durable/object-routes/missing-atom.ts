/** What the object of an atom that the application does not have answers. */
import { decodeBatch, encodeBatch, refusalOf } from "../core/frame.ts";
import { problem } from "../problem.ts";

/** Frames are refused one by one, all else with `reason`. */
export async function answerForMissing(request: Request, reason: string): Promise<Response> {
  if (new URL(request.url).pathname !== "/batch") return problem(404, "NOT_FOUND", reason);
  return new Response(encodeBatch(refusalOf(decodeBatch(new Uint8Array(await request.arrayBuffer())))));
}
