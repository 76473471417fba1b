/**
 * The entry of a runtime's Worker. It exports the two Durable Object classes that hold all state, and what atoms need of it that are
 * loaded; its own `fetch`, the frontend, holds none.
 */
import { application } from "radon:application";
import { createFrontend } from "./frontend/frontend.ts";
import { startWithFirstRequest } from "./frontend/start-runtime.ts";

export { AtomGate } from "../durable/loaded/atom-gate.ts";
export { StateKeeper } from "../durable/loaded/state-keeper.ts";
export { AtomObject } from "../durable/atom-object.ts";
export { NamingObject } from "../durable/naming-object.ts";

const frontend = createFrontend(application);
const ensureStarted = startWithFirstRequest(application);

export default {
  fetch(request, env, context) {
    ensureStarted(env, context);
    return frontend.fetch(request, env);
  },
} satisfies ExportedHandler<Record<string, unknown>>;
