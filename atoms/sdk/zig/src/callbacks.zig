//! Callbacks: what the runtime calls at a blocking point. A token is the address of a `Callback`, made at compile time for a
//! handler of messages, and on the heap for a future.
const std = @import("std");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");
const handling = @import("handling.zig");
const message = @import("message.zig");

pub const Handler = fn (message.Message) anyerror!void;

pub const Callback = struct {
    call: *const fn (self: *const Callback, outcome: Outcome) void,
};

/// How many bytes wait to be taken, or why there are none.
pub const Outcome = errors.Error!usize;

/// The token of a handler that is known at compile time.
pub fn tokenOf(comptime handler: Handler) usize {
    const Registered = struct {
        const callback = Callback{ .call = call };

        fn call(_: *const Callback, outcome: Outcome) void {
            const len = outcome catch return;
            handling.handle(Waiting{ .len = len }, handler);
        }
    };
    return @intFromPtr(&Registered.callback);
}

/// A current message of which the payload waits.
const Waiting = struct {
    len: usize,

    pub fn next(self: Waiting, allocator: std.mem.Allocator) errors.Error!message.Message {
        return message.current(allocator, try bytes.take(allocator, self.len));
    }
};

fn radonCallback(_: i32, token: usize, len: i32) callconv(.c) void {
    const callback: *const Callback = @ptrFromInt(token);
    callback.call(callback, errors.length(len));
}

comptime {
    @export(&radonCallback, .{ .name = "radon_callback" });
}
