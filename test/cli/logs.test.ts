/** `radon logs` where there is no log to show; test/end-to-end/machines has it show one. */
import { afterAll, expect, it } from "vitest";
import { IDLE_WAT, workspace } from "../formula/formulas.ts";
import { radon } from "./run-radon.ts";

const space = workspace();
space.write("idle.wat", IDLE_WAT);
space.write(
  "formula.toml",
  `app = "tour"
[naming]
leader = "cloud"
[[runtime]]
name = "cloud"
[[runtime]]
name = "edge-1"
target = "workerd"
[[atom]]
name = "a"
source = "idle.wat"
`,
);

afterAll(() => space.remove());

it.each([
  [["cloud"], 'radon: The logs of "cloud" are at Cloudflare: npx wrangler tail tour--cloud\n'],
  [["edge-1"], 'radon: The runtime "edge-1" names no machine: add host = "user@machine".\n'],
  [["edge1"], 'radon: There is no runtime "edge1". Did you mean "edge-1"? Runtimes: cloud, edge-1.\n'],
  [[], "radon: Which runtime? Runtimes: cloud, edge-1.\n"],
])("radon logs %s", async (names, stderr) => {
  expect(await radon(["logs", ...names], { cwd: space.folder })).toEqual({ code: 2, stdout: "", stderr });
});
