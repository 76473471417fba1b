const radon = @import("radon");

pub const panic = radon.panic;

comptime {
    radon.reactive(greet);
}

/// Counts its visitors. What it writes and what it answers is committed together, or not at all.
fn greet(message: radon.Message) !void {
    const visits = try radon.kv.getInteger(u64, "visits", 0) + 1;
    try radon.kv.putInteger("visits", visits);
    try message.print("Hello, visitor {d}!\n", .{visits});
}
