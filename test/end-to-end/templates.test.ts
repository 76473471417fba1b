/** The atoms that `radon init` begins with, in every language that this machine has: they run, and all do the same. */
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { startApplication, type Application } from "radon-workers/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingToolOf } from "../../scripts/compile/compile-source.ts";
import type { MissingTool } from "../../scripts/compile/compiler.ts";
import { detectSource, isSource } from "../../scripts/compile/source.ts";
import { LANGUAGES, type Language } from "../../scripts/init/languages.ts";
import { workspace } from "../formula/formulas.ts";

const root = join(import.meta.dirname, "../..");
const space = workspace();
cpSync(join(root, "atoms/templates"), join(space.folder, "atoms"), { recursive: true });
// Where cargo finds the SDK, as it does in an application.
mkdirSync(join(space.folder, "node_modules"));
symlinkSync(root, join(space.folder, "node_modules/radon-workers"));

const missing = new Map<Language, MissingTool | undefined>();
for (const language of LANGUAGES) missing.set(language, await missingCompiler(language));
const here = LANGUAGES.filter((language) => missing.get(language) === undefined);

function missingCompiler(language: Language): Promise<MissingTool | undefined> {
  const source = detectSource(join(space.folder, "atoms", language));
  if (!isSource(source)) throw new Error(source.message);
  return missingToolOf(source);
}

let application: Application | undefined;

beforeAll(async () => {
  const atoms = here.map((name) => `[[atom]]\nname = "${name}"\nsource = "atoms/${name}"\nhttp = "/${name}"\n`);
  application = await startApplication({ config: space.write("formula.toml", `app = "templates"\n${atoms.join("")}`) });
});

afterAll(async () => {
  await application?.stop();
  space.remove();
});

/** Enough for a number of two digits. */
const VISITS = 11;

describe("the first atom", () => {
  test.for(LANGUAGES)("in %s counts its visitors", async (language, context) => {
    const lacking = missing.get(language);
    if (lacking !== undefined) return context.skip(lacking.message);
    const greetings: unknown[] = [];
    for (let visit = 0; visit < VISITS; visit += 1)
      greetings.push(await (await application?.request(`/${language}`))?.text());
    expect(greetings).toEqual(Array.from({ length: VISITS }, (_, index) => `Hello, visitor ${index + 1}!\n`));
  });
});
