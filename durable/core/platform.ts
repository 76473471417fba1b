/** What the Workers of an application ask of their platform, whoever deploys or loads them. */

/** The day whose behaviour of the platform they are written for. */
export const COMPATIBILITY_DATE = "2026-10-01";

/** The binding by which a runtime loads atoms, where its platform can. */
export const LOADER_BINDING = "LOADER";
