//! Futures: what completes later. They belong to the instance.
const std = @import("std");
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");
const callbacks = @import("callbacks.zig");
const errors = @import("errors.zig");

const Error = errors.Error;
const Allocator = std.mem.Allocator;

pub const Future = struct {
    id: i64,

    /// Its payload, which the caller owns. A timeout of the wait leaves the future pending.
    pub fn wait(self: Future, allocator: Allocator, timeout: i64) Error![]u8 {
        return bytes.collect(allocator, abi.future.@"await", .{ self.id, timeout });
    }

    /// True once it completed; the error if it failed.
    pub fn poll(self: Future) Error!bool {
        return try errors.check(abi.future.poll(self.id)) == 1;
    }

    /// Completes it with Cancelled, unless it has completed.
    pub fn cancel(self: Future) Error!void {
        _ = try errors.check(abi.future.cancel(self.id));
    }

    /// Runs `handler` at a blocking point once it completes: `fn (context, radon.Error![]u8) void`. The handler owns the bytes,
    /// which `radon.allocator` made.
    pub fn onComplete(self: Future, context: anytype, comptime handler: fn (@TypeOf(context), Error![]u8) void) Error!void {
        const Pending = struct {
            callback: callbacks.Callback,
            context: @TypeOf(context),

            fn call(callback: *const callbacks.Callback, outcome: callbacks.Outcome) void {
                const pending: *const @This() = @alignCast(@fieldParentPtr("callback", callback));
                const given = pending.context;
                bytes.instance_allocator.destroy(pending);
                handler(given, taken(outcome));
            }
        };
        const pending = try bytes.instance_allocator.create(Pending);
        errdefer bytes.instance_allocator.destroy(pending);
        pending.* = .{ .callback = .{ .call = Pending.call }, .context = context };
        _ = try errors.check(abi.future.on_complete(self.id, @intFromPtr(&pending.callback)));
    }
};

fn taken(outcome: callbacks.Outcome) Error![]u8 {
    return bytes.take(bytes.instance_allocator, try outcome);
}

/// Asks an atom; the answer completes the future. A `timeout` in milliseconds completes it with Timeout.
pub fn request(to: []const u8, payload: []const u8, timeout: i64) Error!Future {
    return .{ .id = try errors.check(abi.future.request(bytes.at(to), to.len, bytes.at(payload), payload.len, timeout)) };
}

/// Asks an atom and waits for its answer, which the caller owns.
pub fn ask(allocator: Allocator, to: []const u8, payload: []const u8, timeout: i64) Error![]u8 {
    const future = try request(to, payload, timeout);
    return future.wait(allocator, -1);
}

/// Completes after so many milliseconds.
pub fn timer(ms: i64) Error!Future {
    return .{ .id = try errors.check(abi.future.timer(ms)) };
}
