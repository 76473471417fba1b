import { rust } from "../../scripts/compile/rust.ts";
import { describeExampleSet } from "./example-set.ts";

const source = { kind: "rust", entry: "Cargo.toml", folder: "." } as const;
describeExampleSet("rust", await rust.find(source));
