import { c } from "../../scripts/compile/c.ts";
import { describeExampleSet } from "./example-set.ts";

describeExampleSet("c", await c.find({ kind: "c", entry: "echo.c", files: ["echo.c"], folder: undefined }));
