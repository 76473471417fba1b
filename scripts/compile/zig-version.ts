/** The version of Zig that the SDK is tested with: npm has no later one. */
export const ZIG_TESTED = "0.14.0-dev.2456";
