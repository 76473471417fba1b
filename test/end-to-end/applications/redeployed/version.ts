/** The test writes this file anew: what imports it is another module then. */
export const VERSION: i32 = 1;
