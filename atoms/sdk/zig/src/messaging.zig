//! Messages to other atoms, and requests that come while the atom awaits an answer.
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");
const callbacks = @import("callbacks.zig");
const errors = @import("errors.zig");

const Error = errors.Error;

/// Sends a one-way message: exactly once, and in order with all others to the same atom.
pub fn send(to: []const u8, payload: []const u8) Error!void {
    _ = try errors.check(abi.messaging.send(bytes.at(to), to.len, bytes.at(payload), payload.len));
}

/// Interrupts an atom: the callback that it registered for the signal runs at its next blocking point.
pub fn interrupt(to: []const u8, signal: i32, payload: []const u8) Error!void {
    _ = try errors.check(abi.messaging.interrupt(bytes.at(to), to.len, signal, bytes.at(payload), payload.len));
}

/// Handles requests of atoms that this one waits for, which fail with DEADLOCK otherwise: `fn (radon.Message) !void`.
pub fn onReentrant(comptime handler: callbacks.Handler) Error!void {
    _ = try errors.check(abi.messaging.on_reentrant(callbacks.tokenOf(handler)));
}

/// A request that is answered later. It may be kept in the store as its `id`, and used after a restart.
pub const ReplyToken = struct {
    id: i64,

    pub fn reply(self: ReplyToken, answer: []const u8) Error!void {
        _ = try errors.check(abi.messaging.reply_to(self.id, bytes.at(answer), answer.len));
    }
};
