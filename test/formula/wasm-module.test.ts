/** What is said of bytes that are no module. */
import { expect, test } from "vitest";
import { compileWasm } from "../../scripts/compile/wasm-module.ts";

test.each([
  ["", /^it is empty$/],
  ["hello", /^expected magic word 00 61 73 6d, found 68 65 6c 6c/],
  ["\0asm", /^expected/],
])("%j", async (text, reason) => {
  expect(await compileWasm(new TextEncoder().encode(text))).toMatch(reason);
});
