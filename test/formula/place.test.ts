/** What the formula says of places. */
import { describe, expect, it } from "vitest";
import { load, shown, TOUR } from "./formulas.ts";

function withPlace(place: string): ReturnType<typeof load> {
  return load(`${TOUR}[[atom]]\nname = "idle"\nplace = ${place}\n`);
}

describe("place", () => {
  it("takes what is preferred, though it is not required", () => {
    for (const [tag, runtime] of [
      ["milan", "edge-1"],
      ["cloud", "cloud"],
    ]) {
      const { formula, problems } = withPlace(`{ prefer = ["${tag}"] }`);
      expect(problems).toEqual([]);
      expect(formula?.atoms[0]?.runtimes).toEqual([runtime]);
    }
  });

  it("spreads copies", () => {
    const { formula, problems } = withPlace('{ on = 2, spread = ["milan", "cloud"] }');
    expect(problems).toEqual([]);
    expect(formula?.atoms[0]?.runtimes).toEqual(["cloud", "edge-1"]);
  });

  it("warns of wishes that nothing can fulfil, and places the atom all the same", () => {
    const { formula, problems } = withPlace('{ on = 2, prefer = ["milano"], spread = ["edge", "paris"] }');
    expect(problems.map(({ severity }) => severity)).toEqual(["warning", "warning"]);
    expect(problems.map(shown)).toEqual([
      expect.stringMatching(/^15:29 No runtime has the tag "milano"\..*mean "milan"/),
      expect.stringMatching(/^15:58 No runtime has the tag "paris"\..*Tags of the runtimes: cloud, edge, milan/),
    ]);
    expect(formula?.atoms[0]?.runtimes).toEqual(["cloud", "edge-1"]);
  });

  it("says where no runtime has any tags how one gets them", () => {
    const { problems } = load('app = "x"\n[[atom]]\nname = "idle"\nsource = "idle.wat"\nplace = { tags = ["gpu"] }\n');
    expect(problems.map(shown)).toEqual([
      expect.stringMatching(/the tag "gpu"\..*None has any tags: give one tags = \["gpu"\]/),
    ]);
  });

  it.each(["", 'on = "all", ', "on = 1, "])("warns of a spread of what is not several: %s", (on) => {
    const { problems } = withPlace(`{ ${on}spread = ["edge"] }`);
    expect(problems.map(shown)).toEqual([expect.stringMatching(/leaves nothing to spread.*Write on = 2 or more/)]);
  });

  it.each([
    ['{ prefer = "milan" }', /"prefer" is "milan"/],
    ["{ spread = [1] }", /"spread" .*1/],
    ['{ sprade = ["edge"] }', /mean "spread"/],
  ])("refuses %s", (place, expected) => {
    expect(withPlace(place).problems.map(shown)).toEqual([expect.stringMatching(expected)]);
  });
});
