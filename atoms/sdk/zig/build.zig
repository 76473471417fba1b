//! For atoms with a build.zig of their own: `b.dependency("radon", .{}).module("radon")`.
const std = @import("std");

pub fn build(b: *std.Build) void {
    _ = b.addModule("radon", .{ .root_source_file = b.path("src/radon.zig") });
}
