//! Bytes out of the host: into a buffer if they fit, else they wait and are taken into one that is large enough.
const std = @import("std");
const abi = @import("abi.zig");
const errors = @import("errors.zig");

pub const instance_allocator = std.heap.wasm_allocator;

const first_bytes = 512;

/// Calls a host function whose last two arguments are where its result goes. The caller owns the result.
pub fn collect(allocator: std.mem.Allocator, comptime call: anytype, args: anytype) errors.Error![]u8 {
    var buffer: [first_bytes]u8 = undefined;
    const whole = try errors.length(@call(.auto, call, args ++ .{ &buffer, buffer.len }));
    if (whole <= buffer.len) return allocator.dupe(u8, buffer[0..whole]);
    return take(allocator, whole);
}

/// Takes `len` bytes that wait.
pub fn take(allocator: std.mem.Allocator, len: usize) errors.Error![]u8 {
    var nothing: [1]u8 = undefined;
    const result = try allocator.alloc(u8, len);
    errdefer allocator.free(result);
    _ = try errors.check(abi.core.take(if (len == 0) &nothing else result.ptr, len));
    return result;
}

/// Where bytes are, for the host: an empty slice may point anywhere, and the host looks at the address all the same.
pub fn at(slice: []const u8) [*]const u8 {
    return if (slice.len == 0) "" else slice.ptr;
}
