/** What `radon destroy` says is lost. */
import { expect, it } from "vitest";
import type { RuntimeName } from "../../durable/core/names.ts";
import { losses } from "../../scripts/commands/destroy.ts";
import { load } from "../formula/formulas.ts";

it("names the atoms of each runtime, and that there may be others where atoms can be loaded", () => {
  const { formula } = load(
    'app = "x"\n[naming]\nleader = "a"\n[[runtime]]\nname = "a"\n[[runtime]]\nname = "b"\nloader = true\n' +
      '[[atom]]\nname = "idle"\nsource = "idle.wat"\nplace = { on = "all" }\n',
  );
  if (formula === undefined) throw new Error("The formula is right.");
  const lost = (of: string) => losses(formula, [of as RuntimeName]);
  expect(lost("a")).toEqual(["a: the keys, messages, dead letters and logs of idle are lost."]);
  expect(lost("b")).toEqual([
    "b: the keys, messages, dead letters and logs of idle, and of whatever was loaded, are lost.",
  ]);
});
