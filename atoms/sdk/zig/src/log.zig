//! The atom's log.
const std = @import("std");
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");

pub const Level = enum(i32) { trace = 0, debug = 1, info = 2, warn = 3, err = 4 };

/// A longer line is cut.
const line_bytes = 1024;

pub fn trace(comptime format: []const u8, args: anytype) void {
    write(.trace, format, args);
}

pub fn debug(comptime format: []const u8, args: anytype) void {
    write(.debug, format, args);
}

pub fn info(comptime format: []const u8, args: anytype) void {
    write(.info, format, args);
}

pub fn warn(comptime format: []const u8, args: anytype) void {
    write(.warn, format, args);
}

pub fn err(comptime format: []const u8, args: anytype) void {
    write(.err, format, args);
}

pub fn write(level: Level, comptime format: []const u8, args: anytype) void {
    var buffer: [line_bytes]u8 = undefined;
    // A line that does not fit fills the buffer, and the rest is cut off.
    text(level, std.fmt.bufPrint(&buffer, format, args) catch &buffer);
}

pub fn text(level: Level, line: []const u8) void {
    abi.core.log(@intFromEnum(level), bytes.at(line), line.len);
}

/// For the root file, so that std.log goes there: `pub const std_options: std.Options = .{ .logFn = radon.log.logFn };`
pub fn logFn(
    comptime level: std.log.Level,
    comptime scope: @TypeOf(.enum_literal),
    comptime format: []const u8,
    args: anytype,
) void {
    const prefix = if (scope == .default) "" else "(" ++ @tagName(scope) ++ ") ";
    const own: Level = switch (level) {
        .err => .err,
        .warn => .warn,
        .info => .info,
        .debug => .debug,
    };
    write(own, prefix ++ format, args);
}
