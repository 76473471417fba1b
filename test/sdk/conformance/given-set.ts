/** The tests of the example set for the formula that `main.ts` was given. */
import { describeExamples } from "../example-set.ts";
import { FORMULA_VARIABLE } from "./formula-variable.ts";

const formula = process.env[FORMULA_VARIABLE];
if (formula === undefined) throw new Error("This is run by npm run conformance:examples -- FOLDER.");
describeExamples(formula, formula);
