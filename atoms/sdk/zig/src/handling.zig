//! Runs a handler for one message, in an arena of its own. An error that it returns is the answer to the request.
const std = @import("std");
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");
const log = @import("log.zig");
const Message = @import("message.zig").Message;

/// `source.next(allocator)` is the message.
pub fn handle(source: anytype, comptime handler: anytype) void {
    var arena = std.heap.ArenaAllocator.init(bytes.instance_allocator);
    defer arena.deinit();
    const message = source.next(arena.allocator()) catch |err| return tell(arena.allocator(), err);
    handler(message) catch |err| switch (message.kind) {
        .request, .http => answer(message, err),
        .one_way, .interrupt => tell(arena.allocator(), err),
    };
}

/// What was answered already stays as it is.
fn answer(message: Message, err: anyerror) void {
    message.fail("{s}: {s}", .{ errors.codeOf(err), sentence(message.allocator, err) }) catch {};
}

fn tell(allocator: std.mem.Allocator, err: anyerror) void {
    if (err == error.Closed) return;
    log.err("A message was not handled: {s}: {s}", .{ errors.codeOf(err), sentence(allocator, err) });
}

pub fn sentence(allocator: std.mem.Allocator, err: anyerror) []const u8 {
    if (!errors.isOfHost(err)) return "The handler failed.";
    return errors.lastError(allocator) catch "There is no sentence.";
}
