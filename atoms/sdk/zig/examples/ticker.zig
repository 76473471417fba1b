const radon = @import("radon");

pub const panic = radon.panic;

comptime {
    radon.daemon(run);
}

/// The signal that brings a new step.
const set_step = 1;
/// Where the store keeps the count.
const ticks_key = "ticks";

var step: i64 = 1;

/// A daemon: this is its whole life. It counts as time passes, and answers whoever asks how far it is.
fn run() !void {
    const interval = radon.config.integer(i64, "interval_ms", 1000);
    // The handler runs while `receive` waits.
    try radon.interrupts.on(set_step, takeStep);

    while (true) {
        const message = radon.receive(radon.allocator, interval) catch |err| switch (err) {
            error.Timeout => {
                try tick();
                continue;
            },
            else => return err,
        };
        defer message.deinit();
        try message.print("ticks={d} step={d}", .{ try ticks(), step });
    }
}

fn takeStep(interrupt: radon.Message) !void {
    step = interrupt.integer(i64) orelse step;
}

fn ticks() !i64 {
    return radon.kv.getInteger(i64, ticks_key, 0);
}

fn tick() !void {
    try radon.kv.putInteger(ticks_key, try ticks() + step);
}
