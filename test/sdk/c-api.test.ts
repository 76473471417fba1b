import { expect, test } from "vitest";
import { c } from "../../scripts/compile/c.ts";
import { bound, describeApi } from "./api-set.ts";

const tool = await c.find({ kind: "c", entry: "main.c", files: ["main.c"], folder: undefined });

describeApi("c", tool, (api) => {
  const { ask } = bound(api);

  test("a value that does not fit into a buffer of a fixed size waits for a larger one", async () => {
    expect(await ask("take abc")).toMatch(/^OK 3; .*; /);
    expect(await ask("take abcdef")).toBe(
      "TOO_LARGE 0; The value does not fit into the buffer, whose size is fixed.; 6 abcdef",
    );
  });
});
