/** The pure parts of the Rust SDK, by its own unit tests and the examples of its documentation, on this machine instead of in an atom. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { runTool } from "../../scripts/compile/run-tool.ts";
import { rust } from "../../scripts/compile/rust.ts";
import { temporaryFolder } from "../end-to-end/radon-process.ts";

const TEST_MS_MAX = 120_000;
const cargo = await rust.find({ kind: "rust", entry: "Cargo.toml", folder: "." });

test("the crate's own tests pass", { timeout: TEST_MS_MAX }, async (context) => {
  if (cargo.kind === "missing") return context.skip(`${cargo.message} ${cargo.remedy}`);
  const target = temporaryFolder();
  try {
    const cwd = join(import.meta.dirname, "../../atoms/sdk/rust/radon");
    const run = await runTool(cargo.command, ["test"], { cwd, env: { ...cargo.env, CARGO_TARGET_DIR: target.path } });
    expect(run.stdout + run.stderr).toMatch(/test result: ok\. [1-9]/);
    expect(run.code).toBe(0);
  } finally {
    target.remove();
  }
});
