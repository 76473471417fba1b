//! What the formula tells the atom.
const std = @import("std");
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");

const Error = errors.Error;
const Allocator = std.mem.Allocator;

/// A value of the atom's configuration, as text; null if it has none.
pub fn get(allocator: Allocator, key: []const u8) Error!?[]u8 {
    return bytes.collect(allocator, abi.core.config, .{ bytes.at(key), key.len }) catch |err| switch (err) {
        error.NotFound => null,
        else => err,
    };
}

/// A number, or `default` where the configuration has none, or something else.
pub fn integer(comptime T: type, key: []const u8, default: T) T {
    var buffer: [40]u8 = undefined;
    const len = errors.length(abi.core.config(bytes.at(key), key.len, &buffer, buffer.len)) catch return default;
    if (len > buffer.len) return default;
    return std.fmt.parseInt(T, buffer[0..len], 10) catch default;
}

/// The atom's global name, `runtime/atom`.
pub fn selfName(allocator: Allocator) Error![]u8 {
    return bytes.collect(allocator, abi.core.self_name, .{});
}
