import { join } from "node:path";
import { c } from "../../scripts/compile/c.ts";
import { describeExampleSet } from "./example-set.ts";

const entry = join(import.meta.dirname, "../../atoms/sdk/cpp/examples/echo.cpp");
describeExampleSet("cpp", await c.find({ kind: "c", entry, files: [entry], folder: undefined }));
