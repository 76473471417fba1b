//! Interrupts that reach this atom. Their callbacks run at its blocking points.
const abi = @import("abi.zig");
const callbacks = @import("callbacks.zig");
const errors = @import("errors.zig");

const Error = errors.Error;

/// Handles a signal from now on: `fn (radon.Message) !void`, whose message has the interrupt's payload.
pub fn on(signal: i32, comptime handler: callbacks.Handler) Error!void {
    _ = try errors.check(abi.interrupt.on(signal, callbacks.tokenOf(handler)));
}

pub fn off(signal: i32) Error!void {
    _ = try errors.check(abi.interrupt.off(signal));
}

/// Lets interrupts wait: `try mask(); defer unmask() catch {};`
pub fn mask() Error!void {
    _ = try errors.check(abi.interrupt.mask());
}

pub fn unmask() Error!void {
    _ = try errors.check(abi.interrupt.unmask());
}

/// With `true`, callbacks of interrupts also run while the atom computes: they must use nothing that the computation uses, allocators among it.
pub fn preempt(is_on: bool) Error!void {
    _ = try errors.check(abi.interrupt.preempt(@intFromBool(is_on)));
}
