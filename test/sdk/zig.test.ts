import { zig } from "../../scripts/compile/zig.ts";
import { describeExampleSet } from "./example-set.ts";

const source = { kind: "zig", entry: "echo.zig", folder: undefined } as const;
describeExampleSet("zig", await zig.find(source));
