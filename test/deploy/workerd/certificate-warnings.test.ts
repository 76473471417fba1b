/** What is told of certificates before a deployment. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { certificateWarnings } from "../../../scripts/deploy/workerd/certificate-warnings.ts";
import { makeCertificate } from "../../end-to-end/machines/certificate.ts";
import { load, workspace } from "../../formula/formulas.ts";

const space = workspace();
afterAll(space.remove);
const tls = makeCertificate(space.folder);
const lack = "There is no openssl on this machine.";
const DAY_MS = 24 * 60 * 60 * 1000;

function warnings(url: string, certificate: string, cloud = "workerd", now = new Date()): string[] {
  const { formula, problems } = load(`app = "tour"
[naming]
leader = "edge"
[[runtime]]
name = "edge"
target = "workerd"
host = "machine"
tls = { certificate = "${certificate}", key = "key.pem" }
url = "${url}"
[[runtime]]
name = "other"
target = "${cloud}"
url = "https://other.example.com"
[[atom]]
name = "idle"
source = "idle.wat"
`);
  if (formula === undefined) throw new Error(JSON.stringify(problems));
  return certificateWarnings({ ...formula, folder: space.folder }, now);
}

test("one that fits its url says nothing", (context) => {
  if (tls === undefined) return context.skip(lack);
  expect(warnings("https://localhost:8443", tls.certificate)).toEqual([]);
});

test.each<[string, Parameters<typeof warnings>, RegExp]>([
  ["another host", ["https://edge.example.com", "certificate.pem"], /of edge is none of edge\.example\.com/],
  ["an address", ["https://127.0.0.1", "certificate.pem"], /is none of 127\.0\.0\.1/],
  ["Cloudflare", ["https://localhost", "certificate.pem", "cloudflare"], /Cloudflare takes those of public/],
  ["its age", ["https://localhost", "certificate.pem", "workerd", new Date(Date.now() + 3 * DAY_MS)], /has expired/],
])("one that is wrong for %s is told", (_, given, warning) => {
  // Without openssl there is none to look at.
  const expected = tls === undefined ? [] : [expect.stringMatching(warning)];
  expect(warnings(...given)).toEqual(expected);
});

test("what is none is told, and what is on the machine is not looked at", () => {
  writeFileSync(join(space.folder, "none.pem"), "none");
  expect(warnings("https://localhost", "none.pem")).toEqual([
    expect.stringMatching(/cannot be read: it has to be PEM/),
  ]);
  expect(warnings("https://localhost", "/etc/ssl/edge.pem")).toEqual([]);
  expect(warnings("https://localhost", "missing.pem")).toEqual([]);
});
