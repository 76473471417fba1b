/** The invariants of scripts/deploy/secrets.ts. */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSecrets, withSecretsFile } from "../../scripts/deploy/secrets.ts";
import { workspace } from "../formula/formulas.ts";

const space = workspace();
afterAll(() => space.remove());

describe("secrets", () => {
  it.each([
    ["lines", "# of the application\nKEY=one two\nOTHER='x=y'\n"],
    ["JSON", '{ "KEY": "one two", "OTHER": "x=y" }'],
  ])("are read from a file of %s", (name, text) => {
    expect([...readSecrets({}, space.write(name, text))]).toEqual([
      ["KEY", "one two"],
      ["OTHER", "x=y"],
    ]);
  });

  it("2: of the environment go before those of the file", () => {
    const file = space.write("both", "RADON_TOKEN=file\n");
    expect(readSecrets({}, file).get("RADON_TOKEN")).toBe("file");
    expect(readSecrets({ RADON_TOKEN: "environment" }, file).get("RADON_TOKEN")).toBe("environment");
  });

  it.each([
    ["nothing", "\n", /holds no secret/],
    ["half", '{ "KEY": "hush', /begins as JSON, but is none/],
    ["number", '{ "KEY": 5 }', /"KEY" is no name with a text/],
    ["binding", "ATOMS_1=hush\n", /"ATOMS_1" is a name of radon's own/],
    ["loader", "LOADER=hush\n", /"LOADER" is a name of radon's own/],
    ["own", "RADON_STUB=hush\n", /"RADON_STUB" is a name of radon's own/],
    ["name", '{ "my key": "hush" }', /"my key" is no name with a text/],
  ])("tell what is wrong with a file of %s, and nothing that is in it", (name, text, message) => {
    const read = () => readSecrets({}, space.write(name, text));
    expect(read).toThrow(message);
    expect(read).not.toThrow(/hush/);
  });

  it("1: are in a file that only its owner may read, and only while it is used", async () => {
    let used = "";
    const use = async (file: string): Promise<void> => {
      used = file;
      expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ KEY: "hush" });
      expect([statSync(file).mode & 0o777, statSync(path.dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
      throw new Error("it failed");
    };
    await expect(withSecretsFile(new Map([["KEY", "hush"]]), use)).rejects.toThrow("it failed");
    expect(existsSync(path.dirname(used))).toBe(false);
  });
});
