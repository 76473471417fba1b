/** What compilers say of themselves is remembered with the file that said it, and nothing else is. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeEach, expect, it, vi } from "vitest";
import { workspace } from "./formulas.ts";

/** Says its arguments. */
const ECHO = ["/bin/echo", "/usr/bin/echo"].find(existsSync) ?? "";
/** Says nothing. */
const TRUE = ["/bin/true", "/usr/bin/true"].find(existsSync) ?? "";

let space = workspace();
beforeEach(() => {
  space.remove();
  space = workspace();
  mkdirSync(at("bin"));
});
afterAll(() => space.remove());

function at(name: string): string {
  return path.join(space.folder, name);
}

/** As a new process has them: what is remembered is what is in the file. */
async function fresh() {
  vi.resetModules();
  const answers = await import("../../scripts/compile/tool-answers.ts");
  answers.rememberAnswersIn(at("cache"));
  return answers;
}

/** Changes what is remembered, so that it can be told from what the tool says. */
function forge(answer: string): void {
  const remembered = existsSync(at("cache/tools.json")) ? JSON.parse(readFileSync(at("cache/tools.json"), "utf8")) : {};
  const forged = Object.fromEntries(Object.keys(remembered).map((key) => [key, answer]));
  mkdirSync(at("cache"), { recursive: true });
  writeFileSync(at("cache/tools.json"), JSON.stringify(forged));
}

it("an answer outlives the process, for the same file and arguments", async () => {
  copyFileSync(ECHO, at("bin/clang-14"));
  expect(await (await fresh()).firstLine(at("bin/clang-14"), ["one"])).toBe("one");
  forge("remembered\nmore");
  expect(await (await fresh()).firstLine(at("bin/clang-14"), ["one"])).toBe("remembered");
  expect(await (await fresh()).firstLine(at("bin/clang-14"), ["two"])).toBe("two");
  expect(await (await fresh()).firstLine(at("bin/clang-14"), ["one"], { X: "1" })).toBe("one");
});

it("a tool that was replaced is asked again", async () => {
  copyFileSync(ECHO, at("bin/zig"));
  await (await fresh()).firstLine(at("bin/zig"), ["one"]);
  forge("remembered");
  copyFileSync(TRUE, at("bin/zig"));
  expect(await (await fresh()).firstLine(at("bin/zig"), ["one"])).toBe("");
  copyFileSync(ECHO, at("bin/zig"));
  utimesSync(at("bin/zig"), 1, 1);
  expect(await (await fresh()).firstLine(at("bin/zig"), ["one"])).toBe("one");
});

it("a file that may stand for another program is asked each time", async () => {
  writeFileSync(at("bin/clang"), "#!/bin/sh\necho script\n", { mode: 0o755 });
  copyFileSync(ECHO, at("bin/switch"));
  symlinkSync(at("bin/switch"), at("bin/rustc"));
  for (const [name, answer] of [
    ["clang", "script"],
    ["rustc", "one"],
  ] as const) {
    expect(await (await fresh()).firstLine(at(`bin/${name}`), ["one"])).toBe(answer);
    forge("remembered");
    expect(await (await fresh()).firstLine(at(`bin/${name}`), ["one"])).toBe(answer);
  }
});

it("rustup's stand-in is asked again once another toolchain is chosen or installed", async () => {
  copyFileSync(ECHO, at("bin/rustup"));
  symlinkSync(at("bin/rustup"), at("bin/rustc"));
  vi.stubEnv("RUSTUP_HOME", at("rustup"));
  space.write("rustup/settings.toml", "stable");
  await (await fresh()).firstLine(at("bin/rustc"), ["one"]);
  forge("remembered");
  expect(await (await fresh()).firstLine(at("bin/rustc"), ["one"])).toBe("remembered");
  space.write("rustup/settings.toml", "nightly");
  expect(await (await fresh()).firstLine(at("bin/rustc"), ["one"])).toBe("one");
  forge("remembered");
  vi.stubEnv("RUSTUP_TOOLCHAIN", "beta");
  expect(await (await fresh()).firstLine(at("bin/rustc"), ["one"])).toBe("one");
  vi.unstubAllEnvs();
});

it("that something is missing is not remembered beyond a build", async () => {
  const { answerOf, firstLine, rememberAnswersIn } = await fresh();
  expect(await answerOf(at("bin/clang"), ["--version"])).toBeUndefined();
  copyFileSync(ECHO, at("bin/clang"));
  rememberAnswersIn(at("cache"));
  expect(await answerOf(at("bin/clang"), ["--version"])).toMatch(/\S/);
  expect(await answerOf(at("bin/clang"), ["-print-file-name=crt1.o"])).toBe("-print-file-name=crt1.o\n");
  expect(Object.values(JSON.parse(readFileSync(at("cache/tools.json"), "utf8")))).toHaveLength(1);
  expect(await firstLine(at("bin/clang"), ["version"])).toBe("version");
  expect(Object.values(JSON.parse(readFileSync(at("cache/tools.json"), "utf8")))).toHaveLength(2);
});

it("nothing is asked twice in a build", async () => {
  const { answerOf, rememberAnswersIn } = await fresh();
  writeFileSync(at("bin/clang"), `#!/bin/sh\necho asked >> ${at("asked")}; exit 1\n`, { mode: 0o755 });
  const ask = () => answerOf(at("bin/clang"), ["--version"]);
  expect(await Promise.all([ask(), ask()])).toEqual([undefined, undefined]);
  await ask();
  rememberAnswersIn(at("cache"));
  await ask();
  expect(readFileSync(at("asked"), "utf8")).toBe("asked\nasked\n");
});
