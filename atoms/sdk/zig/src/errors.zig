//! The failures of the ABI as errors of Zig. An error carries no text: the sentence of the latest one is in `lastError`.
const std = @import("std");
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");

pub const Error = error{
    Invalid,
    NotFound,
    Timeout,
    Denied,
    TooLarge,
    Cancelled,
    /// The peer answered with a failure.
    Remote,
    /// Back-pressure: the way to the peer, or its mailbox, is full.
    Busy,
    /// The atom is being stopped.
    Closed,
    Unsupported,
    Deadlock,
    OutOfMemory,
};

/// By the ABI's codes, from -1 on.
const codes = [_]struct { Error, []const u8 }{
    .{ error.Invalid, "INVALID" },
    .{ error.NotFound, "NOT_FOUND" },
    .{ error.Timeout, "TIMEOUT" },
    .{ error.Denied, "DENIED" },
    .{ error.TooLarge, "TOO_LARGE" },
    .{ error.Cancelled, "CANCELLED" },
    .{ error.Remote, "REMOTE" },
    .{ error.Busy, "BUSY" },
    .{ error.Closed, "CLOSED" },
    .{ error.Unsupported, "UNSUPPORTED" },
    .{ error.Deadlock, "DEADLOCK" },
};

/// What a host function returned, if it is no failure. A code that this SDK does not know yet reads as Unsupported.
pub fn check(result: anytype) Error!@TypeOf(result) {
    if (result >= 0) return result;
    const at: usize = @intCast(-(result + 1));
    return if (at < codes.len) codes[at][0] else error.Unsupported;
}

/// The length that a host function returned.
pub fn length(result: i32) Error!usize {
    return @intCast(try check(result));
}

/// The ABI's name of an error, such as NOT_FOUND; an error of another kind has its own name.
pub fn codeOf(err: anyerror) []const u8 {
    for (codes) |each| if (each[0] == err) return each[1];
    return @errorName(err);
}

/// The sentence of the latest failure of a host function.
pub fn lastError(allocator: std.mem.Allocator) Error![]u8 {
    return bytes.collect(allocator, abi.core.last_error, .{});
}

/// True if the error came from a host function, so that `lastError` tells of it.
pub fn isOfHost(err: anyerror) bool {
    for (codes) |each| if (each[0] == err) return true;
    return false;
}
