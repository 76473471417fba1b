/** Raise it whenever the result for the same module changes: modules that were built before are then built anew. */
export const METERING_VERSION = "2";
