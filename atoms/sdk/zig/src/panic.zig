//! A panic's words go to the log, and from there into the text of the trap.
const std = @import("std");
const builtin = @import("builtin");
const log = @import("log.zig");

/// Newer versions of Zig want a namespace.
pub const panic = if (@hasDecl(std.debug, "FullPanic")) std.debug.FullPanic(say) else sayAsBefore;

fn say(words: []const u8, _: ?usize) noreturn {
    @branchHint(.cold);
    log.text(.err, words);
    @trap();
}

fn sayAsBefore(words: []const u8, _: ?*std.builtin.StackTrace, _: ?usize) noreturn {
    say(words, null);
}
