/** What is asked of a runtime as a whole: its health, its metrics, its document, its start, and its end. */
import type { Application } from "../../durable/core/application.ts";
import { ownDeployment } from "../../durable/deployment.ts";
import { deploymentSchema, healthSchema, startReportSchema } from "./answer-schemas.ts";
import { done, json, jsonResponse } from "./answers.ts";
import { readState, STATES_AT_ONCE_MAX } from "./atom-states.ts";
import { ownAtomNames } from "./directory.ts";
import { mapBounded } from "./bounded.ts";
import { METRICS_CONTENT_TYPE, metricsText, type AtomReading } from "./metrics.ts";
import { namingAddress, type Ask } from "./objects.ts";
import { operation, type Operation } from "./operation.ts";
import { deployedRuntimeParameter } from "./parameters.ts";
import { unknownRuntime } from "./relay.ts";
import { releaseRuntime } from "./release-runtime.ts";
import { startRuntime } from "./start-runtime.ts";

/** A scrape has a time limit of its own, 10 s by default: the metrics that are there go out before it. */
const METRICS_MS_MAX = 8_000;
/** Another runtime, which may be away, is asked through its naming. */
const PEER_MS_MAX = 5_000;

const health = operation(
  {
    id: "getHealth",
    method: "get",
    path: "/_radon/health",
    summary: "Tells that the runtime's Worker answers",
    tag: "runtime",
    open: true,
    pathShape: {},
    queryShape: {},
    answers: json("The Worker answers.", healthSchema),
    problems: [],
  },
  ({ application: { app, runtime, leader } }) => jsonResponse({ status: "ok", app, runtime, leader }),
);

const metrics = operation(
  {
    id: "getMetrics",
    method: "get",
    path: "/_radon/metrics",
    summary: "Tells the metrics of this runtime's atoms as Prometheus text",
    tag: "runtime",
    pathShape: {},
    queryShape: {},
    answers: { 200: { description: "Prometheus text.", bodies: [{ type: "text/plain" }] } },
    problems: [],
  },
  async ({ application, ask }) => {
    const text = metricsText(application.app, application.runtime, await readings(application, ask));
    return new Response(text, { headers: { "content-type": METRICS_CONTENT_TYPE, "cache-control": "no-store" } });
  },
);

async function readings(application: Application, ask: Ask): Promise<AtomReading[]> {
  const endsAt = Date.now() + METRICS_MS_MAX;
  return mapBounded(await ownAtomNames(application, ask), STATES_AT_ONCE_MAX, async (atom) => ({
    atom,
    state: await readState(application, `${application.runtime}/${atom}`, ask, endsAt - Date.now()),
  }));
}

const deployment = operation(
  {
    id: "getDeployment",
    method: "get",
    path: "/_radon/v1/deployment",
    summary:
      "Tells what a runtime was built as: its version, and its atoms with the hashes of module and configuration",
    tag: "runtime",
    pathShape: {},
    queryShape: { runtime: deployedRuntimeParameter },
    answers: json("What the runtime was built as.", deploymentSchema),
    problems: [],
  },
  async ({ application, ask, query }) => {
    if (query.runtime === undefined || query.runtime === application.runtime)
      return jsonResponse(await ownDeployment(application));
    const runtime = application.runtimes.find(({ name }) => name === query.runtime);
    if (runtime === undefined) return unknownRuntime(query.runtime, application.runtimes);
    return ask(namingAddress(runtime), { method: "GET", route: "/deployment", limitMs: PEER_MS_MAX, repeatable: true });
  },
);

const start = operation(
  {
    id: "startRuntime",
    method: "post",
    path: "/_radon/start",
    summary: "Starts the runtime: registers its names, runs its daemons, works off what its mailboxes hold",
    tag: "runtime",
    pathShape: {},
    queryShape: {},
    answers: json("How the start of each went.", startReportSchema),
    problems: [],
  },
  async ({ application, ask }) =>
    jsonResponse(await startRuntime(application, ask, () => ownAtomNames(application, ask))),
);

const release = operation(
  {
    id: "releaseRuntime",
    method: "post",
    path: "/_radon/release",
    summary: "Answers every request that waits for an atom with a 503, before the Worker is replaced; messages stay",
    tag: "runtime",
    pathShape: {},
    queryShape: {},
    answers: done,
    problems: [],
  },
  async ({ application, ask }) => {
    await releaseRuntime(application, ask);
    return new Response(null, { status: 204 });
  },
);

export const runtimeOperations: readonly Operation[] = [health, metrics, deployment, start, release];
