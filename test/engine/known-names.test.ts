import { expect, test } from "vitest";
import type { Application } from "../../durable/core/application.ts";
import type { AtomName, GlobalName, RuntimeName } from "../../durable/core/names.ts";
import { KnownNames } from "../../durable/known-names.ts";
import { nameIn } from "./engine-harness.ts";

const SELF = nameIn("cloud", "self");
const application: Application = {
  app: "test",
  version: "",
  runtime: "cloud" as RuntimeName,
  leader: "cloud" as RuntimeName,
  development: true,
  runtimes: [],
  atoms: [],
};
const bare = (name: string) => ({ kind: "bare", name: name as AtomName }) as const;

test("a bare name means what it would mean if it were asked for the first time, whatever is met meanwhile", () => {
  const names = new KnownNames(application, SELF);
  const met: GlobalName[] = [];
  for (const runtime of ["edge-1", "edge-2", "edge-3", "cloud"]) {
    met.push(nameIn(runtime, "peer"));
    names.locate(bare("peer"));
    names.learn(met);
    const anew = new KnownNames(application, SELF);
    anew.learn(met);
    expect(names.locate(bare("peer"))).toBe(anew.locate(bare("peer")));
    expect(names.locate(bare("peer"))).toBe(names.locate(bare("peer")));
  }
  expect(names.locate(bare("peer"))).toBe("cloud/peer");
});

test("a name that nobody has is refused each time, until it is met", () => {
  const names = new KnownNames(application, SELF);
  for (let i = 0; i < 2; i++) expect(names.locate(bare("late"))).toMatchObject({ code: "NOT_FOUND" });
  names.learn([nameIn("edge", "late")]);
  expect(names.locate(bare("late"))).toBe("edge/late");
});
