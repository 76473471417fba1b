import { expect, test } from "vitest";
import type { TestModule } from "vitest/node";
import { skipReasons } from "../skip-reasons.ts";

/** A module of a run, of which the reporter sees the skipped tests only. */
function moduleOf(...tests: readonly { fullName: string; note?: string }[]): TestModule {
  const shown = tests.map(({ fullName, note }) => ({ fullName, result: () => ({ state: "skipped", note }) }));
  const allTests = (state: string) => (state === "skipped" ? shown : []);
  return { children: { allTests } } as unknown as TestModule;
}

test("a skipped test is named with its reason; one that a filter left out is not", () => {
  const modules = [
    moduleOf({ fullName: "C > compiles", note: "There is no clang." }, { fullName: "filtered" }),
    moduleOf(),
  ];
  expect(skipReasons(modules)).toEqual(["skipped: C > compiles: There is no clang."]);
});
