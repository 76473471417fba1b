/** AssemblyScript's compiler, kept warm: what it makes and says does not hang on what it compiled before. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { runAsc } from "../../scripts/compile/asc-processes.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);
const cwd = space.folder;

space.write(
  "index.ts",
  "export function invoke(): void { assert(atLarge(2) > 1, `no ${1}`); }\nfunction atLarge(n: i32): i32 { return n; }\n",
);
space.write(
  "other.ts",
  'export function invoke(): void { trace("other".replaceAll("o", "a"), 1, f32(Math.random())); }\n',
);
space.write("wrong.ts", 'export function invoke(): void {\n  const n: i32 = "text";\n}\n');

const run = (args: readonly string[], more: { readonly signal?: AbortSignal; readonly plain?: false } = {}) =>
  runAsc({ args, cwd, colours: false, signal: more.signal, plain: more.plain ?? true });
const argsOf = (name: string, out = name) => {
  return [`${name}.ts`, "--optimizeLevel", "2", "--debug", "--outFile", `${out}.wasm`];
};

it("makes the same of a module as a compiler that is started for it", { timeout: 60_000 }, async () => {
  await run(argsOf("index", "fresh"), { plain: false });
  await run(argsOf("other"));
  expect((await run(argsOf("wrong"))).stderr).toMatch(/TS2322[^]*wrong\.ts\(2,18\)/);
  expect(await run(argsOf("index"))).toEqual({ code: 0, stdout: "", stderr: "", used: [path.join(cwd, "index.ts")] });
  const [fresh, warm] = ["fresh.wasm", "index.wasm"].map((name) => readFileSync(path.join(cwd, name)));
  expect(fresh?.equals(warm as Buffer)).toBe(true);
});

it("goes on in another process after one that was stopped, and one that broke down, which is told", async () => {
  const stopping = new AbortController();
  const stopped = run(argsOf("other", "stopped"), { signal: stopping.signal });
  stopping.abort();
  expect((await stopped).code).not.toBe(0);
  const text = 'export default class { afterCompile() { console.error("broken"); process.exit(1); } }\n';
  const breaking = [...argsOf("index"), "--transform", space.write("breaking.mjs", text)];
  expect(await run(breaking)).toMatchObject({ code: 1, stdout: "", stderr: "broken\n" });
  expect(await run(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Version \d/) });
}, 60_000);

it("keeps no process that was told options of an application's own", { timeout: 60_000 }, async () => {
  const transform = (name: string, act: string) =>
    ["--transform", space.write(`${name}.mjs`, `export default class { afterParse() { ${act} } }\n`)] as const;
  const leaving = [...argsOf("index"), ...transform("leaving", 'globalThis.left = "left";')];
  expect(await run(leaving, { plain: false })).toMatchObject({ code: 0 });
  const telling = [...argsOf("index"), ...transform("telling", "console.error(globalThis.left); process.exit(1);")];
  expect(await run(telling)).toMatchObject({ stderr: "undefined\n" });
});
