/** What a user reads of wrangler's words. */
import { describe, expect, it } from "vitest";
import { reasonOf, withoutSecrets } from "../../scripts/deploy/cloudflare/wrangler-answer.ts";

const FAILED = `\u001b[33m▲ \u001b[43;33m[\u001b[43;30mWARNING\u001b[43;33m]\u001b[0m \u001b[1mSomething may be old:\u001b[0m

   a rule

\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1mA request to the Cloudflare API (/accounts/1/workers/scripts/a) failed.\u001b[0m

  The script is too large [code: 10027]

  If you think this is a bug, please open an issue at: https://github.com/cloudflare/workers-sdk/issues/new/choose


🪵  Logs were written to "/home/me/.config/.wrangler/logs/wrangler.log"
`;

describe("the reason that wrangler gives", () => {
  it("is its error, without its warnings, colours and advice", () => {
    expect(reasonOf(FAILED, "Total Upload: 1 KiB\n")).toBe(
      "A request to the Cloudflare API (/accounts/1/workers/scripts/a) failed.\nThe script is too large [code: 10027]",
    );
  });

  it("is the end of what it said, where it marked no error, and never empty", () => {
    expect(reasonOf("node: bad option\n", "")).toBe("node: bad option");
    expect(reasonOf("\n", "")).toBe("wrangler gave no reason");
  });

  it("shows no secret, not even one that is the beginning of another", () => {
    expect(withoutSecrets("abcd abcdef", ["abcd", "abcdef", ""])).toBe("(secret) (secret)");
    expect(withoutSecrets("version 1 of 10", ["1"])).toBe("version 1 of 10");
  });
});
