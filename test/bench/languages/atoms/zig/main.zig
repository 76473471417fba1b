//! Asked "put N", it stores N values; asked "kernel N", it computes; 64 bytes it replies.
const std = @import("std");
const radon = @import("radon");

pub const panic = radon.panic;

comptime {
    radon.reactive(handle);
}

const value = [_]u8{0} ** 64;
const size_max = 16;

fn handle(message: radon.Message) !void {
    if (message.payload.len == value.len) return message.reply(message.payload);
    var words = std.mem.splitScalar(u8, message.payload, ' ');
    const verb = words.first();
    const number = std.fmt.parseInt(u32, words.rest(), 10) catch return usage(message);
    if (std.mem.eql(u8, verb, "put")) return putAll(message, number);
    if (std.mem.eql(u8, verb, "kernel") and number <= size_max) return fannkuch(message, number);
    return usage(message);
}

fn usage(message: radon.Message) !void {
    try message.fail("Send it put N, kernel N, or 64 bytes.", .{});
}

fn putAll(message: radon.Message, count: u32) !void {
    var digits: [10]u8 = undefined;
    var key: u32 = 0;
    while (key < count) : (key += 1) try radon.kv.put(try std.fmt.bufPrint(&digits, "{d}", .{key}), &value);
    try message.print("{d}", .{count});
}

/// Reverses prefixes of all permutations of n numbers: the checksum of how often, and the most for one.
fn fannkuch(message: radon.Message, n: u32) !void {
    var perm: [size_max]u32 = undefined;
    var first: [size_max]u32 = undefined;
    var count: [size_max]u32 = undefined;
    for (first[0..n], 0..) |*each, index| each.* = @intCast(index);
    var checksum: i32 = 0;
    var most: i32 = 0;
    var even = true;
    var r = n;
    while (true) {
        while (r != 1) : (r -= 1) count[r - 1] = r;
        @memcpy(perm[0..n], first[0..n]);
        var flips: i32 = 0;
        while (perm[0] != 0) : (flips += 1) std.mem.reverse(u32, perm[0 .. perm[0] + 1]);
        most = @max(most, flips);
        checksum += if (even) flips else -flips;
        even = !even;
        while (true) : (r += 1) {
            if (r == n) return message.print("{d} {d}", .{ checksum, most });
            std.mem.rotate(u32, first[0 .. r + 1], 1);
            count[r] -= 1;
            if (count[r] > 0) break;
        }
    }
}
