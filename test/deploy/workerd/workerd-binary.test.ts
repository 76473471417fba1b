/** Which workerd is sent to a machine. */
import path from "node:path";
import { expect, test } from "vitest";
import { namedWorkerd, workerdFor } from "../../../scripts/deploy/workerd/workerd-binary.ts";

test("a variable that is empty names none, as one that is not there", () => {
  expect([namedWorkerd({}), namedWorkerd({ RADON_WORKERD: "" })]).toEqual([undefined, undefined]);
  expect(namedWorkerd({ RADON_WORKERD: "bin/workerd" })).toBe(path.resolve("bin/workerd"));
});

test("one that is named is sent to every kind of machine, and has to be there", () => {
  expect(workerdFor("Plan 9", { RADON_WORKERD: process.execPath })).toEqual({ ok: true, file: process.execPath });
  const missing = workerdFor("Linux x86_64", { RADON_WORKERD: "/no/such" });
  expect(missing).toEqual({ ok: false, reason: "There is no /no/such, which RADON_WORKERD names." });
  expect(workerdFor("Plan 9", {})).toMatchObject({ ok: false, reason: expect.stringContaining("It runs Plan 9") });
});
