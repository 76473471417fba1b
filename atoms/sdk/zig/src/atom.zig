//! What a module exports: the body of an atom.
const std = @import("std");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");
const handling = @import("handling.zig");
const message = @import("message.zig");

/// A reactive atom: `comptime { radon.reactive(handle); }` with `fn handle(message: radon.Message) !void`. An error that it returns is
/// the answer to a request (REMOTE for the asker), and a line of the log for other messages.
pub fn reactive(comptime handler: anytype) void {
    body(struct {
        fn invoke() callconv(.c) void {
            handling.handle(struct {
                pub fn next(_: @This(), allocator: std.mem.Allocator) errors.Error!message.Message {
                    return message.receive(allocator, 0);
                }
            }{}, handler);
        }
    }.invoke);
}

/// A daemon: `comptime { radon.daemon(run); }` with `fn run() !void`, its whole life. Closed ends it; with any other error it is started again.
pub fn daemon(comptime run: anytype) void {
    body(struct {
        fn invoke() callconv(.c) void {
            run() catch |err| switch (@as(anyerror, err)) {
                error.Closed => return,
                else => fail(err),
            };
        }
    }.invoke);
}

/// Beside either: `comptime { radon.migrate(f); }` with `fn f() !void`, which takes over the store that another version of the atom wrote.
/// It runs once, before any message of this version, cannot block, and does all that it does or, with an error, nothing of it.
pub fn migrate(comptime take_over: anytype) void {
    const enter = struct {
        fn enter() callconv(.c) void {
            take_over() catch |err| fail(err);
        }
    }.enter;
    @export(&enter, .{ .name = "migrate" });
}

fn fail(err: anyerror) noreturn {
    std.debug.panic("{s}: {s}", .{ errors.codeOf(err), handling.sentence(bytes.instance_allocator, err) });
}

fn body(comptime invoke: fn () callconv(.c) void) void {
    @export(&invoke, .{ .name = "invoke" });
}
