const radon = @import("radon");

pub const panic = radon.panic;

comptime {
    radon.reactive(handle);
}

/// Asks `right` with the number that it is asked, and passes the answer on.
fn handle(message: radon.Message) !void {
    // `right` asks back before it answers. This atom awaits it by then: without a handler that request would fail with DEADLOCK.
    try radon.onReentrant(double);
    try message.reply(try radon.ask(message.allocator, "right", message.payload, radon.forever));
}

fn double(question: radon.Message) !void {
    const number = question.integer(i64) orelse return question.fail("`{s}` is no number.", .{question.payload});
    try question.print("{d}", .{2 * number});
}
