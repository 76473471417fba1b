/** Where a formula says that its runtimes answer. */
import { describe, expect, it } from "vitest";
import { load, shown, TOUR } from "./formulas.ts";

const ATOM = '[[atom]]\nname = "idle"\n';

function withUrl(url: string): ReturnType<typeof load> {
  return load(TOUR.replace('tags = ["cloud"]', `tags = ["cloud"]\nurl = "${url}"`) + ATOM);
}

describe("the url of a runtime", () => {
  it.each([
    ["https://cloud.example.com", "https://cloud.example.com"],
    ["https://CLOUD.example.com/", "https://cloud.example.com"],
    ["https://cloud.example.com:8443", "https://cloud.example.com:8443"],
    ["http://127.0.0.1:8787", "http://127.0.0.1:8787"],
    ["http://[::1]:8787", "http://[::1]:8787"],
    ["http://cloud.localhost:8787", "http://cloud.localhost:8787"],
  ])("%s is the origin %s", (url, origin) => {
    const { formula, problems } = withUrl(url);
    expect(problems.map(shown)).toEqual([]);
    expect(formula?.runtimes.map((runtime) => runtime.url)).toEqual([origin, undefined]);
  });

  it.each([
    ["cloud.example.com", /no web address.*Write it with https/],
    ["ftp://cloud.example.com", /no web address/],
    ["http://cloud.example.com", /not encrypted.*Write url = "https:\/\/cloud\.example\.com"/],
    ["https://cloud.example.com/radon", /more than a host.*Write url = "https:\/\/cloud\.example\.com"/],
    ["https://cloud.example.com/?a=b", /more than a host/],
    ["https://me:secret@cloud.example.com", /has a user or a password.*RADON_TOKEN/],
  ])("%s is refused", (url, expected) => {
    const problems = withUrl(url).problems.map(shown);
    expect(problems).toEqual([expect.stringMatching(expected)]);
    expect(problems[0]).toMatch(/^7:7 /);
    expect(problems[0]).not.toContain("secret");
  });

  it("belongs to one runtime", () => {
    const twice = TOUR.replace(/^tags = .*$/gm, 'url = "https://a.example.com"');
    expect(load(twice + ATOM).problems.map(shown)).toEqual([
      expect.stringMatching(/^9:7 The runtimes "cloud" and "edge-1" have the same url\..*host name of its own/),
    ]);
  });

  it("may come from the environment", () => {
    const { formula } = load(TOUR + ATOM, { RADON_RUNTIME_EDGE_1_URL: "https://edge.example.com" });
    expect(formula?.runtimes.map((runtime) => runtime.url)).toEqual([undefined, "https://edge.example.com"]);
    const { problems } = load(TOUR + ATOM, { RADON_RUNTIME_EDGE_1_URL: "edge" });
    expect(problems.map(shown)).toEqual([expect.stringMatching(/^RADON_RUNTIME_EDGE_1_URL "edge" is no web address/)]);
  });
});
