//! Names and aliases: which atoms there are.
const std = @import("std");
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");

const Error = errors.Error;
const Allocator = std.mem.Allocator;

/// The global name of any one atom of that name.
pub fn resolve(allocator: Allocator, name: []const u8) Error![]u8 {
    return bytes.collect(allocator, abi.naming.resolve, .{ bytes.at(name), name.len });
}

pub const Query = struct {
    /// The scope of the aliases that the pattern is matched against; the names of atoms if it is empty.
    scope: []const u8 = "",
    /// A regular expression in RE2 syntax, for the whole name.
    pattern: []const u8,
    /// The most names; 0 for as many as the runtime gives.
    limit: u31 = 0,
};

/// All global names that match, one a line: `std.mem.tokenizeScalar(u8, names, '\n')`. None at all is an empty text.
pub fn lookup(allocator: Allocator, query: Query) Error![]u8 {
    return ask(allocator, query, 1);
}

/// The global name of one atom that matches; null if none does.
pub fn lookupAny(allocator: Allocator, query: Query) Error!?[]u8 {
    return ask(allocator, query, 0) catch |err| switch (err) {
        error.NotFound => null,
        else => err,
    };
}

fn ask(allocator: Allocator, query: Query, all: i32) Error![]u8 {
    const scope = .{ bytes.at(query.scope), query.scope.len };
    const pattern = .{ bytes.at(query.pattern), query.pattern.len };
    return bytes.collect(allocator, abi.naming.lookup, scope ++ pattern ++ .{ all, @as(i32, query.limit) });
}

/// Gives this atom an alias; within a scope it may have several.
pub fn alias(scope: []const u8, value: []const u8) Error!void {
    _ = try errors.check(abi.naming.alias(bytes.at(scope), scope.len, bytes.at(value), value.len));
}

pub fn unalias(scope: []const u8, value: []const u8) Error!void {
    _ = try errors.check(abi.naming.unalias(bytes.at(scope), scope.len, bytes.at(value), value.len));
}
