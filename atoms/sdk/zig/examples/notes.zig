const std = @import("std");
const radon = @import("radon");

pub const panic = radon.panic;

comptime {
    radon.reactive(handle);
}

const Verb = enum { put, get, delete, list, last };

/// Keeps notes in the store; keys hold no space.
fn handle(message: radon.Message) !void {
    const verb_text, const rest = split(message.payload) orelse return usage(message);
    switch (std.meta.stringToEnum(Verb, verb_text) orelse return usage(message)) {
        .put => {
            const key, const value = split(rest) orelse return usage(message);
            try radon.kv.put(key, value);
            try message.reply("ok");
        },
        .get => try message.reply(try radon.kv.get(message.allocator, rest) orelse "NOT_FOUND"),
        .delete => try message.reply(if (try radon.kv.delete(rest)) "ok" else "NOT_FOUND"),
        .list => try list(message, rest),
        .last => try last(message, rest),
    }
}

fn usage(message: radon.Message) !void {
    try message.fail("Say put KEY VALUE, get KEY, delete KEY, list PREFIX or last PREFIX.", .{});
}

/// What stands before and behind the first space.
fn split(text: []const u8) ?struct { []const u8, []const u8 } {
    const space = std.mem.indexOfScalar(u8, text, ' ') orelse return null;
    return .{ text[0..space], text[space + 1 ..] };
}

/// All notes under a prefix, in the order of their keys.
fn list(message: radon.Message, prefix: []const u8) !void {
    var text = std.ArrayListUnmanaged(u8).empty;
    var notes = try radon.kv.entries(message.allocator, prefix, .forwards);
    defer notes.deinit();
    while (try notes.next()) |note| {
        if (text.items.len > 0) try text.append(message.allocator, '\n');
        for ([_][]const u8{ note.key, "=", note.value }) |part| try text.appendSlice(message.allocator, part);
    }
    try message.reply(text.items);
}

/// The same way backwards ends after one step.
fn last(message: radon.Message, prefix: []const u8) !void {
    var notes = try radon.kv.entries(message.allocator, prefix, .backwards);
    defer notes.deinit();
    const note = try notes.next() orelse return message.reply("NOT_FOUND");
    try message.print("{s}={s}", .{ note.key, note.value });
}
