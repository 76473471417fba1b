/** `radon build` when nothing changed: nothing is made anew, what changed is, and it is soon done. */
import { appendFileSync, readFileSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { workspace, IDLE_WAT, TOUR } from "../formula/formulas.ts";
import { radon } from "./run-radon.ts";

/** The goal for the whole command, in a process of its own. Computing is what can be measured beside other tests. */
const NO_CHANGE_CPU_MS_MAX = 500;

const space = workspace();
afterAll(space.remove);
const cwd = space.folder;

interface Report {
  readonly modules: readonly { readonly name: string; readonly cached: boolean; readonly hash: string }[];
  readonly runtimes: readonly { readonly worker: string; readonly wasm: readonly string[] }[];
}

async function build(env: Readonly<Record<string, string>> = {}): Promise<Report> {
  const { code, stdout, stderr } = await radon(["build", "--json"], { cwd, env, launcher: true });
  if (code !== 0) throw new Error(stdout + stderr);
  return JSON.parse(stdout) as Report;
}

/** Times of the files that a build writes: they move when a file is written. */
function times({ runtimes }: Report): number[] {
  return runtimes
    .flatMap(({ worker, wasm }) => [worker, ...wasm.filter((file) => !/(?:trampoline|fast-path)\.wasm$/.test(file))])
    .map((file) => statSync(file).mtimeMs);
}

beforeAll(async () => {
  space.write("idle.wat", IDLE_WAT);
  space.write("same/again.wat", IDLE_WAT);
  const atom = (name: string, rest: string) => `[[atom]]\nname = "${name}"\n${rest}\n`;
  const everywhere = 'module = "idle"\nplace = { on = "all" }';
  const own = 'source = "same/again.wat"\nplace = { on = "all" }';
  space.write("formula.toml", `${TOUR}${atom("a", everywhere)}${atom("b", everywhere)}${atom("c", own)}`);
  await build();
}, 60_000);

describe("without a change", { timeout: 60_000 }, () => {
  it("no module is compiled and no Worker bundled", async () => {
    const first = await build();
    const before = times(first);
    const second = await build();
    expect(second.modules.map(({ cached }) => cached)).toEqual([true, true]);
    expect(times(second)).toEqual(before);
  });

  it("the command computes for less than half a second, its start included", async () => {
    const file = path.join(cwd, "cpu.txt");
    const script = `import fs from "node:fs"; process.on("exit", () => {
      const { user, system } = process.cpuUsage();
      fs.writeFileSync(${JSON.stringify(file)}, String((user + system) / 1000));
    });`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(script)}`;
    const took: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await build({ NODE_OPTIONS });
      took.push(Number(readFileSync(file, "utf8")));
    }
    expect(Math.min(...took)).toBeGreaterThan(1);
    expect(Math.min(...took)).toBeLessThan(NO_CHANGE_CPU_MS_MAX);
  });
});

describe("a Worker is bundled anew", { timeout: 60_000 }, () => {
  it("if it is not as it was", async () => {
    const { runtimes } = await build();
    const worker = runtimes[0]?.worker ?? "";
    const whole = readFileSync(worker, "utf8");
    appendFileSync(worker, "// changed");
    await build();
    expect(readFileSync(worker, "utf8")).toBe(whole);
    truncateSync(`${worker}.map`);
    await build();
    expect(statSync(`${worker}.map`).size).toBeGreaterThan(0);
  });

  it("if the application changes", async () => {
    const { runtimes } = await build();
    const worker = runtimes[0]?.worker ?? "";
    const before = readFileSync(worker, "utf8");
    const formula = readFileSync(path.join(cwd, "formula.toml"), "utf8");
    space.write("formula.toml", formula.replace('name = "b"', 'name = "b2"'));
    await build();
    expect(readFileSync(worker, "utf8")).not.toBe(before);
    space.write("formula.toml", formula);
    await build();
    expect(readFileSync(worker, "utf8")).toBe(before);
  });
});

describe("modules of the same bytes", () => {
  it("are one file and one import, however many sources and atoms there are", async () => {
    const { modules, runtimes } = await build();
    const hash = modules[0]?.hash ?? "";
    expect(modules.map((each) => each.hash)).toEqual([hash, hash]);
    const files = [`${hash.slice(0, 32)}.wasm`, "trampoline.wasm", "fast-path.wasm"];
    for (const { worker, wasm } of runtimes) {
      expect(wasm.map((file) => path.basename(file))).toEqual(files);
      expect(readFileSync(worker, "utf8").match(/^import .*\.wasm";$/gm)).toHaveLength(files.length);
    }
  });
});
