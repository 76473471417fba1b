//! The atom's own store: durable, ordered by the bytes of its keys. What is put is committed with the turn.
const std = @import("std");
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");

const Error = errors.Error;
const Allocator = std.mem.Allocator;

/// The value of a key, which the caller owns; null if there is none.
pub fn get(allocator: Allocator, key: []const u8) Error!?[]u8 {
    return bytes.collect(allocator, abi.kv.get, .{ bytes.at(key), key.len }) catch |err| switch (err) {
        error.NotFound => null,
        else => err,
    };
}

pub fn put(key: []const u8, value: []const u8) Error!void {
    _ = try errors.check(abi.kv.put(bytes.at(key), key.len, bytes.at(value), value.len));
}

/// False if there was no such key.
pub fn delete(key: []const u8) Error!bool {
    _ = errors.check(abi.kv.delete(bytes.at(key), key.len)) catch |err| switch (err) {
        error.NotFound => return false,
        else => return err,
    };
    return true;
}

/// A decimal number, or `default` if the key has none, or something else.
pub fn getInteger(comptime T: type, key: []const u8, default: T) Error!T {
    var buffer: [40]u8 = undefined;
    const len = errors.length(abi.kv.get(bytes.at(key), key.len, &buffer, buffer.len)) catch |err| switch (err) {
        error.NotFound => return default,
        else => return err,
    };
    if (len > buffer.len) return default;
    return std.fmt.parseInt(T, buffer[0..len], 10) catch default;
}

pub fn putInteger(key: []const u8, value: anytype) Error!void {
    var buffer: [40]u8 = undefined;
    const text = std.fmt.bufPrint(&buffer, "{d}", .{value}) catch return error.TooLarge;
    try put(key, text);
}

pub const Entry = struct { key: []const u8, value: []const u8 };
pub const Direction = enum { forwards, backwards };

/// The entries whose keys begin with `prefix`, in the order of their keys: `defer entries.deinit()`, then `try entries.next()`.
pub fn entries(allocator: Allocator, prefix: []const u8, direction: Direction) Error!Entries {
    const start = try allocator.dupe(u8, prefix);
    errdefer allocator.free(start);
    return .{ .allocator = allocator, .direction = direction, .start = start, .end = try behind(allocator, prefix) };
}

pub const Entries = struct {
    allocator: Allocator,
    direction: Direction,
    /// What is left of the range; an empty end is no bound.
    start: []u8,
    end: []u8,
    page: []u8 = &.{},
    at: usize = 0,
    last_key: []const u8 = &.{},

    const page_entries = 100;

    /// The next entry, or null behind the last one. Its bytes are good until the call after.
    pub fn next(self: *Entries) Error!?Entry {
        if (self.at == self.page.len and !try self.turn()) return null;
        const key_len = self.number(0);
        const value_len = self.number(4);
        const key = self.page[self.at + 8 ..][0..key_len];
        const value = self.page[self.at + 8 + key_len ..][0..value_len];
        self.at += 8 + key_len + value_len;
        self.last_key = key;
        return .{ .key = key, .value = value };
    }

    pub fn deinit(self: *Entries) void {
        for ([_][]u8{ self.start, self.end, self.page }) |each| self.allocator.free(each);
        self.* = undefined;
    }

    fn number(self: Entries, offset: usize) usize {
        return std.mem.readInt(u32, self.page[self.at + offset ..][0..4], .little);
    }

    /// Goes to the next page; false if there is none.
    fn turn(self: *Entries) Error!bool {
        if (self.page.len > 0) try self.passPage();
        const reverse: i32 = if (self.direction == .backwards) 1 else 0;
        const args = .{ bytes.at(self.start), self.start.len, bytes.at(self.end), self.end.len, page_entries, reverse };
        const page = try bytes.collect(self.allocator, abi.kv.scan, args);
        self.allocator.free(self.page);
        self.page = page;
        self.at = 0;
        return page.len > 0;
    }

    /// Forwards the range begins behind the last key, backwards it ends before it.
    fn passPage(self: *Entries) Error!void {
        const forwards = self.direction == .forwards;
        const bound = if (forwards)
            try std.mem.concat(self.allocator, u8, &.{ self.last_key, "\x00" })
        else
            try self.allocator.dupe(u8, self.last_key);
        const changed = if (forwards) &self.start else &self.end;
        self.allocator.free(changed.*);
        changed.* = bound;
    }
};

/// The first key behind all that begin with the prefix; empty if there is none.
fn behind(allocator: Allocator, prefix: []const u8) Error![]u8 {
    var kept = prefix.len;
    while (kept > 0 and prefix[kept - 1] == 0xff) kept -= 1;
    const end = try allocator.dupe(u8, prefix[0..kept]);
    if (end.len > 0) end[end.len - 1] += 1;
    return end;
}
