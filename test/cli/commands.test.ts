/** `radon build` and `radon plan`: output, JSON and exit codes. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { workspace, IDLE_WAT, TOUR } from "../formula/formulas.ts";
import { radon } from "./run-radon.ts";

const space = workspace();
afterAll(space.remove);
const cwd = space.folder;
space.write("idle.wat", IDLE_WAT);
space.write(
  "formula.toml",
  `${TOUR}[[atom]]\nname = "idle"\nplace = { on = "all" }\n[[atom]]\nname = "b"\nmodule = "idle"\nplace = { tags = ["edge"] }\n`,
);
space.write("wrong.toml", 'app = "wrong"\n[[atom]]\nname = "a"\nkin = 1\nsource = "none.wat"\n');
space.write(
  "ungranted.toml",
  'app = "u"\n[[atom]]\nname = "a"\nsource = "fetch.wat"\n[[atom]]\nname = "idle"\nsource = "idle.wat"\n',
);
space.write(
  "fetch.wat",
  `(module (import "radon:http" "fetch" (func (param i32 i32 i32 i32) (result i64))) ${IDLE_WAT.slice(8)}`,
);

describe("radon plan", () => {
  it("tells who runs where, and why", async () => {
    const { code, stdout } = await radon(["plan"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tour: 2 runtimes, 3 atoms\n/);
    expect(stdout).toMatch(/cloud +leader/);
    expect(stdout).toMatch(/edge-1\/b +reactive +idle +It is the only runtime tagged "edge"\./);
  });

  it("counts one as one", async () => {
    space.write("one.toml", 'app = "one"\n[[atom]]\nname = "idle"\nsource = "idle.wat"\n');
    expect((await radon(["plan", "-c", "one.toml"], { cwd })).stdout).toMatch(/^one: 1 runtime, 1 atom\n/);
  });

  it("warns where a deployment would need addresses, and tells the places all the same", async () => {
    const runtime = (name: string) => `[[runtime]]\nname = "${name}"\ntarget = "workerd"\nhost = "${name}"\n`;
    const atom = '[[atom]]\nname = "idle"\nsource = "idle.wat"\n';
    space.write("apart.toml", `app = "apart"\n[naming]\nleader = "a"\n${runtime("a")}${runtime("b")}${atom}`);
    const { code, stdout, stderr } = await radon(["plan", "-c", "apart.toml"], { cwd });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^apart: 2 runtimes, 1 atom\n/)]);
    expect(stderr).toMatch(/warning: The runtime "a" has no url[^]*warning: The runtime "b" has no url/);
  });

  it("tells it as JSON", async () => {
    const { stdout } = await radon(["plan", "--json"], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      app: "tour",
      atoms: [{ runtime: "cloud", name: "idle" }, {}, { name: "b" }],
      problems: [],
    });
  });

  describe("against runtimes that have addresses", () => {
    // Nothing listens on the port of tcpmux.
    const env = { RADON_RUNTIME_CLOUD_URL: "http://127.0.0.1:1", RADON_TOKEN: "secret-token" };

    it("exits with 3 where they do not answer, and still tells who would run where", async () => {
      const { code, stdout, stderr } = await radon(["plan"], { cwd, env });
      expect(code).toBe(3);
      expect(stderr).toMatch(/^warning: The runtime cloud at http:\/\/127.0.0.1:1: nothing listens at 127.0.0.1:1\./m);
      expect(stdout).toMatch(/^tour: 2 runtimes[^]*edge-1 +unknown[^]*Atoms: 3 unknown\.\n\nThis plan is not complete/);
      const { code: again, stdout: text } = await radon(["plan", "--json"], { cwd, env });
      const unknown = { change: "unknown", atom: "idle", runtime: "cloud" };
      expect(JSON.parse(text)).toMatchObject({ ok: false, deployed: { complete: false, atoms: [{}, unknown, {}] } });
      expect([again, stdout + stderr + text]).toEqual([3, expect.not.stringContaining("secret-token")]);
    });

    it("compares nothing where the modules do not build, and says so", async () => {
      space.write("oops.wat", "(module (oops))");
      space.write("oops.toml", 'app = "o"\n[[runtime]]\nname = "cloud"\n[[atom]]\nname = "o"\nsource = "oops.wat"\n');
      const { code, stdout, stderr } = await radon(["plan", "-c", "oops.toml"], { cwd, env });
      expect([code, stdout]).toEqual([1, expect.stringMatching(/^o: 1 runtime, 1 atom\n/)]);
      expect(stderr).toMatch(/do not build, so nothing was compared[^]*oops.wat:1/);
    });
  });

  it("exits with 1 for a formula that is wrong, with every mistake and its place", async () => {
    const { code, stdout, stderr } = await radon(["plan", "--config", "wrong.toml"], { cwd });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /wrong.toml:4:1: error: Unknown key "kin"[^]*wrong.toml:5:10: error: There is no[^]*2 errors\./,
    );
    const json = JSON.parse((await radon(["plan", "--config", "wrong.toml", "--json"], { cwd })).stdout);
    expect(json).toMatchObject({ ok: false, problems: [{ line: 4, column: 1, severity: "error" }, { line: 5 }] });
  });
});

describe("radon build", () => {
  it("bundles a Worker for each runtime, with each module once", async () => {
    const { code, stdout } = await radon(["build", "--json"], { cwd });
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ ok: true, modules: [{ name: "idle", ok: true }], problems: [] });
    expect(report.runtimes.map((each: { wasm: string[] }) => each.wasm.length)).toEqual([3, 3]);
    for (const { worker, wasm } of report.runtimes) {
      const text = readFileSync(worker, "utf8");
      expect(text).toContain(`./${path.basename(wasm[0])}`);
      expect(existsSync(`${worker}.map`)).toBe(true);
    }
  });

  it("says which compilers it uses, once each", async () => {
    const { stderr } = await radon(["build"], { cwd });
    expect(stderr.match(/^ {2}using wabt \d.*$/gm)).toHaveLength(1);
    const { modules } = JSON.parse((await radon(["build", "--json"], { cwd })).stdout);
    expect(modules).toEqual([expect.objectContaining({ toolchain: expect.stringMatching(/^wabt \d/) })]);
  });

  it("puts every atom on one runtime, for wrangler", async () => {
    const { code } = await radon(["build", "--single", "--out", "out"], { cwd });
    expect(code).toBe(0);
    const generated = await import(
      /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(withoutImports(path.join(cwd, "out/main/application.js")))}`
    );
    expect(generated.application).toMatchObject({ runtime: "main", leader: "main", development: false });
    expect(
      generated.application.atoms.map((atom: { runtime: string; name: string }) => `${atom.runtime}/${atom.name}`),
    ).toEqual(["main/idle", "main/b"]);
  });

  it("names atom, module, import and remedy where a module needs what is not granted", async () => {
    const { code, stderr } = await radon(["build", "-c", "ungranted.toml"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /ungranted.toml:2:1: error: Module "a", atom "a", import radon:http.fetch: .*not granted[^]*Add "http" to the grants/,
    );
  });

  it("says of each module whether it is fit to run, and names it in its problems", async () => {
    const atom = (name: string, file: string) => `[[atom]]\nname = "${name}"\nsource = "${file}"\n`;
    space.write("noise.wasm", "no wasm at all");
    space.write("oops.wat", "(module (oops))");
    space.write(
      "mixed.toml",
      `app = "m"\n${atom("f", "fetch.wat")}${atom("n", "noise.wasm")}${atom("o", "oops.wat")}${atom("i", "idle.wat")}`,
    );
    const { code, stdout } = await radon(["build", "-c", "mixed.toml", "--json"], { cwd });
    const { modules, problems } = JSON.parse(stdout);
    const fit = (each: { name: string; ok: boolean }) => [each.name, each.ok];
    expect([code, ...modules.map(fit)]).toEqual([1, ["f", false], ["n", false], ["o", false], ["i", true]]);
    expect(problems.map((each: { module: string }) => each.module)).toEqual(["f", "n", "o"]);
    expect(problems[2]).toMatchObject({ details: expect.stringMatching(/oops.wat:1/) });
    expect(problems.map((each: { remedy?: string }) => each.remedy)).toEqual([
      expect.stringMatching(/Add "http"/),
      expect.stringMatching(/noise.wasm/),
      undefined,
    ]);
  });

  it("exits with 3 where only a compiler is missing", async () => {
    space.write("c.toml", 'app = "c"\n[[atom]]\nname = "a"\nsource = "a.c"\n');
    space.write("a.c", "");
    const { code, stderr } = await radon(["build", "-c", "c.toml"], { cwd, env: { PATH: "" } });
    expect(code).toBe(3);
    expect(stderr).toMatch(/c.toml:4:10: error: The module "a" needs a C compiler[^]*apt install/);
  });
});

describe("a folder that cannot be written into", () => {
  space.write("afile", "no folder");
  space.write("home/formula.toml", 'app = "a"\n[[atom]]\nname = "idle"\nsource = "../idle.wat"\n');
  space.write("home/.radon", "no folder either");
  space.write("odd/radon-data.json", "{}");
  space.write("odd/owner.json/file", "");

  it.each<[string[], Record<string, string>, RegExp]>([
    [["build", "--out", "afile"], {}, /^radon: afile cannot hold the Workers: it is no folder\. Name .*--out/],
    [["build", "--out", "afile/x", "--single"], {}, /^radon: afile\/x cannot hold the Workers: ENOTDIR.*--out/],
    [["build", "--out", "/proc/x"], {}, /^radon: \/proc\/x cannot hold the Workers: E[A-Z]+: .*--out/],
    [["build"], { RADON_CACHE: "afile" }, /^radon: afile cannot hold compiled modules: .*RADON_CACHE/],
    [["build", "-c", "home/formula.toml"], {}, /^radon: home\/.radon\/cache cannot hold compiled modules: ENOTDIR/],
    [["dev", "--port", "0", "--data", "afile"], {}, /^radon: afile cannot hold the state of radon dev: .*--data/],
    [["dev", "--port", "0", "--data", "odd"], {}, /^radon: EISDIR: .*owner.json'\. The system refused this/],
  ])("%j %j is told in a sentence", async (args, env, sentence) => {
    const { code, stderr } = await radon(args, { cwd, env });
    expect([code, stderr.trimEnd().split("\n").length]).toEqual([3, 1]);
    expect(stderr).toMatch(sentence);
  });
});

describe("the command line", () => {
  it.each([["build"], ["plan"], ["dev"]])("radon %s --help has examples", async (name) => {
    const { code, stdout } = await radon([name, "--help"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\\n +radon ${name}[^]*Exit codes`));
  });

  it.each([["build"], ["plan"], ["dev"]])("every option of radon %s is in docs/formula.md", async (name) => {
    const { stdout } = await radon([name, "--help"], { cwd });
    const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/formula.md"), "utf8");
    const options = stdout.match(/^ {2}-.*/gm)?.flatMap((line) => line.match(/(?<= )--?[a-z]+/g) ?? []) ?? [];
    expect(options.length).toBeGreaterThan(3);
    for (const option of options) expect(page).toMatch(new RegExp(`\`${option}[ \`]`));
  });

  it("may be started by the package's command", async () => {
    expect(await radon(["plan"], { cwd, launcher: true })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^tour/),
    });
    expect(await radon(["biuld"], { cwd, launcher: true })).toMatchObject({ code: 2 });
  });

  it("tells its version", async () => {
    expect(await radon(["--version"], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    [["biuld"], /mean build[^]*See radon --help\./],
    [["frob"], /unknown command 'frob'[^]*See radon --help\./],
    [["build", "--jsn"], /mean --json[^]*See radon build --help\./],
    [["plan", "--wrong"], /unknown option '--wrong'[^]*See radon plan --help\./],
    [["dev", "--port", "x"], /whole number from 0/],
  ])("%j is a mistake of usage", async (args, hint) => {
    const { code, stderr } = await radon(args, { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(hint);
  });
});

function withoutImports(file: string): string {
  return readFileSync(file, "utf8").replace(/^import (\w+) from .*$/gm, "const $1 = {};");
}

describe("radon deploy", () => {
  it("says before anything is built that there is no token, in JSON as well", async () => {
    const { code, stdout, stderr } = await radon(["deploy", "--json"], { cwd, env: { RADON_TOKEN: "" } });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^radon: Set RADON_TOKEN: .*\nNothing was changed\.\n$/);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      app: "tour",
      obstacles: [expect.stringMatching(/^Set RADON_TOKEN/)],
    });
  });
});

describe("radon destroy", () => {
  it("names the runtimes that there are, where no other one can be deployed", async () => {
    const text =
      'app = "own"\n[[runtime]]\nname = "one"\ntarget = "workerd"\nhost = "box"\n[[atom]]\nname = "idle"\nsource = "idle.wat"\n';
    space.write("own.toml", text);
    const { code, stderr } = await radon(["destroy", "three", "-c", "own.toml"], { cwd });
    expect([code, stderr]).toEqual([2, 'radon: There is no runtime "three". Runtimes: one.\n']);
  });
});

describe("radon schema", () => {
  it("prints the JSON schema of formulas, whatever the folder", async () => {
    const { code, stdout, stderr } = await radon(["schema"], { cwd: path.join(cwd, "..") });
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ properties: { app: { type: "string" } } });
  });
});
