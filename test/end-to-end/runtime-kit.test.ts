/** Our own runtime, judged as anybody's: by the kit of test/conformance/runtime, over HTTP alone. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ControlApi, type HttpAnswer } from "../../scripts/conformance/control-api.ts";
import { judgeRuntime, RUNTIME_RULES } from "../conformance/runtime/judge.ts";
import { startRadon, temporaryFolder, type RadonProcess } from "./radon-process.ts";

const data = temporaryFolder();
let radon: RadonProcess;

beforeAll(async () => {
  radon = await startRadon(join(import.meta.dirname, "../conformance/runtime/formula.toml"), data.path);
});
afterAll(async () => {
  // It is not there if it did not start, which is told already.
  await radon?.stop();
  data.remove();
});

describe("this runtime", () => {
  test.each(RUNTIME_RULES)("§$paragraph $id: $sentence", async (rule) => {
    const [judgement] = await judgeRuntime(new ControlApi(radon.url), [rule]);
    expect(judgement?.verdict).toEqual({ kind: "pass" });
  });
});

/** A runtime that loses what interrupts. */
class Deaf extends ControlApi {
  override interrupt(): Promise<HttpAnswer> {
    return Promise.resolve({ status: 202, bytes: new Uint8Array(), text: "" });
  }
}

describe("a runtime that breaks a rule", () => {
  test("is told which, and what was not so", async () => {
    const rules = RUNTIME_RULES.filter(({ id }) => id === "interrupt-at-rest");
    const [judgement] = await judgeRuntime(new Deaf(radon.url), rules);
    const problem = expect.stringMatching(/^Within 5 s it was not so that a noted 3 things; it noted \[\]/);
    expect(judgement).toMatchObject({
      rule: { id: "interrupt-at-rest" },
      verdict: { kind: "fail", problems: [problem] },
    });
  });
});

describe("the command", () => {
  const run = (...args: string[]) => {
    const main = join(import.meta.dirname, "../conformance/runtime/main.ts");
    return promisify(execFile)(process.execPath, [main, ...args]).catch((error: unknown) => error);
  };

  test("judges the runtime at a URL", async () => {
    const { stdout } = (await run(radon.url, "--only", "self-name,patterns")) as { stdout: string };
    expect(stdout).toMatch(/pass +self-name +§4[^]*2 passed, 0 failed, 0 not applicable\.\n$/);
  });

  test("says what is missing where nothing can be judged", async () => {
    expect(await run("http://127.0.0.1:9")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/does not run the kit's application/),
    });
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringMatching(/Name the runtime by its URL/) });
  });
});
