/** Questions before something that cannot be undone. */
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../scripts/commands/exit-codes.ts";
import { confirm } from "../../scripts/deploy/confirm.ts";

const QUESTION = "Remove 2 atoms?";

function terminal(isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  let text = "";
  output.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { input, output, shown: () => text };
}

/** What becomes of the question when its user types this. */
async function answered(text: string): Promise<string> {
  const { input, output } = terminal();
  const asked = confirm(QUESTION, false, { input, output });
  input.write(text);
  return asked.then(
    () => "agreed",
    (error: Error) => error.message,
  );
}

describe("at a terminal", () => {
  test.each(["y\n", "YES\n", " y \n", "what?\ny\n"])("%j agrees", async (text) => {
    expect(await answered(text)).toBe("agreed");
  });

  test.each(["n\n", "\n", "No\n", "a\nb\nc\ny\n"])("%j declines", async (text) => {
    expect(await answered(text)).toBe("Declined; nothing was changed.");
  });

  test("the end of the input declines", async () => {
    const { input, output } = terminal();
    const asked = confirm(QUESTION, false, { input, output });
    input.end();
    await expect(asked).rejects.toMatchObject({ exitCode: EXIT.declined });
  });

  test("the question shows that no is the default", async () => {
    const { input, output, shown } = terminal();
    const asked = confirm(QUESTION, false, { input, output });
    input.write("y\n");
    await asked;
    expect(shown()).toContain("Remove 2 atoms? [y/N] ");
  });
});

test("without a terminal it declines, repeats the question and names --yes", async () => {
  const asked = confirm(QUESTION, false, terminal(false));
  await expect(asked).rejects.toMatchObject({ exitCode: 4, message: expect.stringMatching(/Remove 2 atoms\?.*--yes/) });
});

test("--yes agrees beforehand, and shows no question", async () => {
  const { input, output, shown } = terminal(false);
  await confirm(QUESTION, true, { input, output });
  expect(shown()).toBe("");
});
