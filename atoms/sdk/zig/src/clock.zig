//! Time and chance.
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");

/// Microseconds since the Unix epoch.
pub fn now() i64 {
    return abi.core.now();
}

/// Microseconds, of a clock that never goes back.
pub fn monotonic() i64 {
    return abi.core.monotonic();
}

/// Blocks for so many milliseconds.
pub fn sleep(ms: i64) errors.Error!void {
    _ = try errors.check(abi.core.sleep(ms));
}

/// Commits the turn and lets others have theirs.
pub fn yield() errors.Error!void {
    _ = try errors.check(abi.core.yield());
}

/// Fills the buffer with random bytes.
pub fn random(buffer: []u8) void {
    abi.core.random(bytes.at(buffer), buffer.len);
}
