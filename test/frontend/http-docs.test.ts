/** docs/http.md has what the operations have. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { operations } from "../../workers/frontend/frontend.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/http.md", import.meta.url).href), "utf8");
const paths = [...new Set(operations.map(({ path }) => path.replace("/_radon/v1", "")))];

test.each(paths)("%s", (path) => {
  expect(page).toContain(path.replace(/^.*(?=\/dead-letters\/)/, ""));
});

test.each(operations.flatMap(({ id, queryShape }) => Object.keys(queryShape).map((name) => [id, name])))(
  "%s takes %s",
  (_, name) => {
    expect(page).toMatch(new RegExp(`[?&]${name}=`));
  },
);

test("the bounds of the parameters", () => {
  for (const bound of ["1,024 characters", "1 to 1,000", "1 to 300,000", "2,048 bytes"]) expect(page).toContain(bound);
});
