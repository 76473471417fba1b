/** `radon init`: what it asks, what it would write, and that it never writes over anything; test/end-to-end/packed.test.ts has it write. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadFormula } from "../../scripts/formula/load.ts";
import { answersTo, type Ask } from "../../scripts/init/answers.ts";
import { applicationFiles } from "../../scripts/init/application-files.ts";
import { FACTS, LANGUAGES } from "../../scripts/init/languages.ts";
import { isFromRegistry } from "../../scripts/init/own-package.ts";
import { shown, workspace } from "../formula/formulas.ts";
import { radon } from "./run-radon.ts";

const space = workspace();
afterAll(space.remove);
const root = path.resolve(import.meta.dirname, "../..");

describe("what is not given", () => {
  it("is what is usual where nobody can be asked", async () => {
    const folder = path.join(space.folder, "my app!");
    expect(await answersTo({ folder }, undefined)).toEqual({ folder, language: "assemblyscript", name: "my-app" });
    expect(await answersTo({ folder: "..." }, undefined)).toMatchObject({ name: "..." });
    expect(await answersTo({ folder: "-- !" }, undefined)).toMatchObject({ name: "application" });
    expect(await answersTo({}, undefined)).toMatchObject({ folder: process.cwd() });
  });

  it("is asked at a terminal, and only that", async () => {
    const asked: [string, string][] = [];
    const ask: Ask = (question, usual) => {
      asked.push([question, usual]);
      return Promise.resolve(usual === "." ? "hello" : usual === "hello" ? "greeter" : "rust");
    };
    expect(await answersTo({}, ask)).toEqual({ folder: path.resolve("hello"), language: "rust", name: "greeter" });
    expect(asked).toEqual([
      ["Folder", "."],
      ["Language: assemblyscript, c, cpp, rust, zig, wat", "assemblyscript"],
      ["Name", "hello"],
    ]);
    await answersTo({ folder: "x", language: "c", name: "y" }, ask);
    expect(asked).toHaveLength(3);
  });

  it("is asked again after an answer that is none, a few times", async () => {
    const answers = ["russt", "rust"];
    const given = { folder: "x", name: "x" };
    expect(await answersTo(given, () => Promise.resolve(answers.shift() ?? ""))).toMatchObject({ language: "rust" });
    await expect(answersTo(given, () => Promise.resolve("russt"))).rejects.toThrow(/mean "rust"/);
  });
});

describe("an application", () => {
  const options = { name: "Hello.World", dependency: "file:vendor/radon-workers-1.0.0.tgz", allowScripts: {} };

  it.each(LANGUAGES)("in %s has a formula that is right, with its atom", (language) => {
    const files = applicationFiles({ ...options, language });
    for (const [file, text] of Object.entries(files)) space.write(`${language}/${file}`, text);
    const formula = path.join(space.folder, language, "formula.toml");
    const loaded = loadFormula(formula, { environment: {} });
    expect(loaded.problems.map(shown)).toEqual([]);
    expect(loaded.formula).toMatchObject({ app: "Hello.World", atoms: [{ name: "hello", http: ["/hello"] }] });
    expect(JSON.parse(files["package.json"] ?? "")).toMatchObject({
      name: "hello.world",
      devDependencies: { "radon-workers": options.dependency },
    });
  });

  it.each(LANGUAGES)("in %s names pages and files of the package that are there", (language) => {
    const files = Object.values(applicationFiles({ ...options, language })).join("\n");
    const named = [...files.matchAll(/node_modules\/radon-workers\/([\w./-]*\w)/g)].map(([, file = ""]) => file);
    expect(named).toContain(`docs/${FACTS[language].page}`);
    expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it("says where this package comes from only where it does not come from a registry", () => {
    const of = (dependency: string) => applicationFiles({ ...options, language: "c", dependency })["README.md"];
    expect(of("file:vendor/radon-workers-1.0.0.tgz")).toMatch(/`vendor\/radon-workers-1\.0\.0\.tgz` is the package/);
    expect(of("1.0.0")).not.toMatch(/vendor/);
  });
});

describe("where this package comes from", () => {
  const lock = (resolved: unknown): string => {
    const text = JSON.stringify({ packages: { "node_modules/radon-workers": { resolved } } });
    return path.join(path.dirname(space.write("installed/node_modules/.package-lock.json", text)), "radon-workers");
  };

  it("is what npm keeps of it", () => {
    expect(isFromRegistry(lock("https://registry.example/radon-workers/-/radon-workers-0.1.0.tgz"))).toBe(true);
    expect(isFromRegistry(lock("file:../radon-workers-0.1.0.tgz"))).toBe(false);
    expect(isFromRegistry(lock(undefined))).toBe(false);
    expect(isFromRegistry(path.join(space.folder, "nowhere/radon-workers"))).toBe(false);
  });
});

describe("the command", { timeout: 60_000 }, () => {
  const cwd = space.folder;

  it("writes nothing where anything is in the way, and names it", async () => {
    mkdirSync(path.join(cwd, "taken/test"), { recursive: true });
    writeFileSync(path.join(cwd, "taken/README.md"), "mine");
    writeFileSync(path.join(cwd, "taken/package.json"), "mine");
    const { code, stdout, stderr } = await radon(["init", "taken"], { cwd });
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(/In taken there are already package\.json, README\.md\. Nothing was written/);
    expect(readFileSync(path.join(cwd, "taken/README.md"), "utf8")).toBe("mine");
    expect(existsSync(path.join(cwd, "taken/formula.toml"))).toBe(false);
    space.write("afile", "");
    expect((await radon(["init", "afile"], { cwd })).stderr).toMatch(/already .*afile/);
  });

  it.each([
    [["init", "x", "--language", "rusty"], /There is no language "rusty"\. Did you mean "rust"\? All: assemblyscript/],
    [["init", "x", "--name", "a b"], /"a b" is no name for an application: 1 to 128/],
  ])("%j is a mistake of usage", async (args, wrong) => {
    const { code, stderr } = await radon(args, { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(wrong)]);
    expect(existsSync(path.join(cwd, "x"))).toBe(false);
  });
});
