const std = @import("std");
const radon = @import("radon");

pub const panic = radon.panic;

comptime {
    radon.reactive(handle);
}

const patience_ms = 5_000;

/// Asked `NAME TEXT`, it asks the atom of that name with the text, and tells what came back.
fn handle(message: radon.Message) !void {
    const space = std.mem.indexOfScalar(u8, message.payload, ' ') orelse
        return message.fail("Say whom to ask, and what: NAME TEXT.", .{});
    const name = message.payload[0..space];
    const question = message.payload[space + 1 ..];

    const answer = radon.ask(message.allocator, name, question, patience_ms) catch |err| {
        const sentence = try radon.lastError(message.allocator);
        return message.print("{s}: {s}: {s}", .{ name, radon.codeOf(err), sentence });
    };
    try message.print("{s} says: {s}", .{ name, answer });
}
