import { assemblyscript } from "../../scripts/compile/assemblyscript.ts";
import { describeExampleSet } from "./example-set.ts";

const source = { kind: "assemblyscript", entry: "echo.ts", folder: undefined } as const;
describeExampleSet("assemblyscript", await assemblyscript.find(source));
