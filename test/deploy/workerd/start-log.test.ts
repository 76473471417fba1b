/** What is told of the log of a runtime that does not start. */
import { expect, test } from "vitest";
import { startLogText } from "../../../scripts/deploy/workerd/start-log.ts";

const FATAL = "*** Fatal uncaught kj::Exception: rust/cxx/kj-rs-io/ffi.rs:209: failed: bind(): ";
const once = (cause: string) => `${FATAL}${cause}\nstack: /srv/workerd@22abd7b /lib/libc.so.6@27249\n`;

test.each([
  ["Address already in use (os error 98)", /^ Something else listens on 127\.0\.0\.1:80 there: .* another port\.\n/],
  ["Permission denied (os error 13)", /^ This user may not listen on 127\.0\.0\.1:80 there: .* 1024 or more\.\n/],
  ["Cannot assign requested address (os error 99)", /^ The machine cannot listen on 127\.0\.0\.1:80: "listen"/],
])("%s: what would help, and once what it printed with each try", (cause, remedy) => {
  const text = startLogText(once(cause).repeat(3), "127.0.0.1:80");
  expect(text).toMatch(remedy);
  expect(text.split("\n").slice(1)).toEqual(["  Its log ends with:", `    ${FATAL}${cause}`]);
});

test("what is not known is told as it is, and nothing where there is no log", () => {
  const log = "Error: broken from the start\n  at worker.js:1\n";
  expect(startLogText(log, "a:1")).toBe(
    "\n  Its log ends with:\n    Error: broken from the start\n      at worker.js:1",
  );
  expect(startLogText("\n", "a:1")).toBe("");
  expect(startLogText(once("Address already in use") + log, "a:1")).not.toContain("Something else listens");
});
