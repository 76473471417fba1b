/** How the command tells the tests, which run in a process of their own, which formula they are for. */
export const FORMULA_VARIABLE = "RADON_EXAMPLE_SET";
