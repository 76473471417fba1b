/** Tells at the end of a run why tests were skipped: the default reporter only counts them. */
import type { Reporter, TestModule } from "vitest/node";

/** The tests that said why they were skipped, a line each; those that a filter left out have no reason. */
export function skipReasons(modules: readonly Pick<TestModule, "children">[]): string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests("skipped")]);
  return tests.flatMap((test) => {
    const result = test.result();
    return result.state === "skipped" && result.note !== undefined ? [`skipped: ${test.fullName}: ${result.note}`] : [];
  });
}

export const skipReporter: Reporter = {
  onTestRunEnd(modules) {
    for (const line of skipReasons(modules)) process.stdout.write(`${line}\n`);
  },
};
