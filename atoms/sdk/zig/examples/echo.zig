const radon = @import("radon");

pub const panic = radon.panic;

comptime {
    radon.reactive(echo);
}

/// Runs once for each message: the reply to a request is its payload, byte for byte.
fn echo(message: radon.Message) !void {
    try message.reply(message.payload);
}
