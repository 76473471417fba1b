/** Instances at rest in one isolate, which has room for two of these atoms' (RESTING_MEMORY_BYTES_MAX). */
import { expect, test } from "vitest";
import { ask, atomStub, call } from "./objects.ts";

interface State {
  readonly warm: boolean;
  readonly memory: { readonly bytes: number };
  readonly counters: { readonly instances: number; readonly instancesGivenUp: number };
}

const LARGE_BYTES = 24 * 1024 * 1024;

async function stateOf(atom: string): Promise<State> {
  const { warm, memory, counters } = await (await call(atomStub(atom), "GET", "/state")).json<State>();
  const { instances, instancesGivenUp } = counters;
  return { warm, memory, counters: { instances, instancesGivenUp } };
}

test("atoms of several objects that want more memory than the isolate has room for all answer", async () => {
  const answers = [];
  for (const atom of ["large-1", "large-2", "large-3", "large-2"]) answers.push(await ask(atom, ""));
  expect(answers).toEqual(["1", "1", "1", "2"]);
  const once = { instances: 1, instancesGivenUp: 0 };
  expect(await stateOf("large-1")).toEqual({
    warm: false,
    memory: { bytes: 0 },
    counters: { instances: 1, instancesGivenUp: 1 },
  });
  expect(await stateOf("large-2")).toEqual({ warm: true, memory: { bytes: LARGE_BYTES }, counters: once });
  expect(await stateOf("large-3")).toEqual({ warm: true, memory: { bytes: LARGE_BYTES }, counters: once });
  expect(await ask("large-1", "")).toBe("1");
  expect((await stateOf("large-1")).counters.instances).toBe(2);
  expect((await stateOf("large-3")).warm).toBe(false);
});
