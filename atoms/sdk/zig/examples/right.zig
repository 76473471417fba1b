const std = @import("std");
const radon = @import("radon");

pub const panic = radon.panic;

comptime {
    radon.reactive(handle);
}

/// Asks `left` back with the same number, and answers one more than it says.
fn handle(message: radon.Message) !void {
    const doubled = try radon.ask(message.allocator, "left", message.payload, radon.forever);
    try message.print("{d}", .{try std.fmt.parseInt(i64, doubled, 10) + 1});
}
