/** An object that does nothing: what an object costs at least. */
import { DurableObject } from "cloudflare:workers";

export class Empty extends DurableObject {
  override fetch(): Response {
    return new Response();
  }
}
