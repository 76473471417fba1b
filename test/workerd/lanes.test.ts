import { env } from "cloudflare:workers";
import { afterEach, beforeEach, vi } from "vitest";
import { systemClock } from "../../durable/clock.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { CallLane } from "../../durable/transport/call-lane.ts";
import { ObjectLane } from "../../durable/transport/object-lane.ts";
import { ObjectStubs } from "../../durable/transport/object-stubs.ts";
import { application } from "./application.ts";
import { connectEdge, edgeApplication, edgeAtom, edgeEnv } from "./edge-runtime.ts";
import { describeLane } from "./lane-contract.ts";

const bindings = () => new ObjectStubs(application, env as unknown as Record<string, unknown>);
const keep = (work: Promise<unknown>) => void work;

beforeEach(() => connectEdge());
afterEach(() => vi.restoreAllMocks());

const caller = "main/caller" as GlobalName;
describeLane("calls by a binding", caller, (receiver) => new CallLane(bindings(), receiver, systemClock, keep));

const opener = "main/opener" as GlobalName;
describeLane("calls and sockets by a binding", opener, (receiver) => {
  return new ObjectLane(opener, bindings(), receiver, systemClock, keep);
});

const signer = edgeAtom("signer");
describeLane("signed requests", signer, (receiver) => {
  return new ObjectLane(signer, new ObjectStubs(edgeApplication, edgeEnv("k2")), receiver, systemClock, keep);
});
