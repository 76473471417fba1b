//! A message that the atom received, and what can be answered to it.
const std = @import("std");
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");
const messaging = @import("messaging.zig");

const Error = errors.Error;

pub const Kind = enum(i32) { one_way = 0, request = 1, http = 2, interrupt = 3 };

pub const Message = struct {
    kind: Kind,
    payload: []u8,
    /// In a handler, an arena that ends with it; else what `receive` was given.
    allocator: std.mem.Allocator,

    pub fn deinit(self: Message) void {
        self.allocator.free(self.payload);
    }

    /// The global name of the atom that sent it; empty if it came from outside.
    pub fn sender(self: Message) Error![]u8 {
        return bytes.collect(self.allocator, abi.messaging.sender, .{});
    }

    /// 1 for a first delivery.
    pub fn attempt(_: Message) Error!u32 {
        return @intCast(try errors.check(abi.messaging.attempt()));
    }

    pub fn reply(_: Message, answer: []const u8) Error!void {
        _ = try errors.check(abi.messaging.reply(bytes.at(answer), answer.len));
    }

    /// Replies formatted text.
    pub fn print(self: Message, comptime format: []const u8, args: anytype) Error!void {
        const text = try std.fmt.allocPrint(self.allocator, format, args);
        defer self.allocator.free(text);
        try self.reply(text);
    }

    /// Answers with a failure, for which the asker gets REMOTE and this sentence.
    pub fn fail(self: Message, comptime format: []const u8, args: anytype) Error!void {
        const sentence = try std.fmt.allocPrint(self.allocator, format, args);
        defer self.allocator.free(sentence);
        _ = try errors.check(abi.messaging.fail(bytes.at(sentence), sentence.len));
    }

    /// Keeps the request open, to be answered later, also by another message's handler.
    pub fn token(_: Message) Error!messaging.ReplyToken {
        return .{ .id = try errors.check(abi.messaging.reply_token()) };
    }

    /// The payload as a decimal number, or null.
    pub fn integer(self: Message, comptime T: type) ?T {
        return std.fmt.parseInt(T, self.payload, 10) catch null;
    }
};

/// The next message, which is the current one from then on. A `timeout` in milliseconds: 0 does not wait, `forever` does.
pub fn receive(allocator: std.mem.Allocator, timeout: i64) Error!Message {
    const payload = try bytes.collect(allocator, abi.messaging.receive, .{timeout});
    return current(allocator, payload);
}

/// The current message, of which the payload was taken.
pub fn current(allocator: std.mem.Allocator, payload: []u8) Error!Message {
    const kind = try errors.check(abi.messaging.kind());
    return .{ .kind = @enumFromInt(kind), .payload = payload, .allocator = allocator };
}
