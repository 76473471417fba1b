/** The route by which a peer's object opens a socket to this one. */
import { parseDestination } from "../core/names.ts";
import { issuerOf } from "../naming-rights.ts";
import { problem } from "../problem.ts";
import { PEER_HEADER } from "../transport/object-lane.ts";
import type { AtomRouter } from "./atom-parts.ts";

export function socketRoute(router: AtomRouter): void {
  router.get("/socket", (request, { sockets }) => {
    const issuer = issuerOf(request);
    // A socket is the way to the atom that its opener says it is, which only a binding's is believed.
    if (issuer !== undefined) return problem(403, "DENIED", `Runtime ${issuer} sends batches by signed requests only.`);
    const peer = parseDestination(request.headers.get(PEER_HEADER) ?? "");
    if (!("kind" in peer)) return problem(400, peer.code, peer.reason);
    if (peer.kind !== "global") return problem(400, "INVALID", `The header ${PEER_HEADER} takes a global name.`);
    const { 0: theirs, 1: ours } = new WebSocketPair();
    sockets.add(peer.name, ours, false);
    return new Response(null, { status: 101, webSocket: theirs });
  });
}
