//! HTTP: requests that come in by the atom's routes, and requests that it makes.
const std = @import("std");
const abi = @import("abi.zig");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");
const Future = @import("future.zig").Future;
const Message = @import("message.zig").Message;

const Error = errors.Error;
const Allocator = std.mem.Allocator;

pub const Header = struct { []const u8, []const u8 };

/// The head of a request; its body is the message's payload.
pub const Request = struct {
    method: []const u8,
    url: []const u8,
    headers: []const Header,

    /// The value of a header; null if there is none. Case does not matter.
    pub fn header(self: Request, name: []const u8) ?[]const u8 {
        return find(self.headers, name);
    }

    pub fn is(self: Request, method: []const u8) bool {
        return std.mem.eql(u8, self.method, method);
    }
};

/// The head of the current request, if it came by HTTP. It lasts as long as the message's allocator.
pub fn request(message: Message) Error!?Request {
    if (message.kind != .http) return null;
    const head = try bytes.collect(message.allocator, abi.http.head, .{});
    return try parsed(Request, message.allocator, head);
}

/// Answers the current request. A plain `reply` is a 200 without headers.
pub fn respond(status: u16, headers: []const Header, body: []const u8) Error!void {
    const text = try headersText(bytes.instance_allocator, headers);
    defer bytes.instance_allocator.free(text);
    _ = try errors.check(abi.http.respond(status, bytes.at(text), text.len, bytes.at(body), body.len));
}

/// Answers the current request with JSON, written as a format.
pub fn respondJson(status: u16, comptime format: []const u8, args: anytype) Error!void {
    const body = try std.fmt.allocPrint(bytes.instance_allocator, format, args);
    defer bytes.instance_allocator.free(body);
    try respond(status, &.{.{ "content-type", "application/json" }}, body);
}

pub const Outgoing = struct {
    method: []const u8 = "GET",
    url: []const u8,
    headers: []const Header = &.{},
    body: []const u8 = "",
};

pub const Response = struct {
    status: u16,
    headers: []const Header,
    body: []const u8,

    pub fn header(self: Response, name: []const u8) ?[]const u8 {
        return find(self.headers, name);
    }
};

/// An outgoing request, which leaves when the turn is committed. It has to be granted: `grants = ["http", ...]`.
pub fn fetch(outgoing: Outgoing) Error!Pending {
    const allocator = bytes.instance_allocator;
    var head = std.ArrayListUnmanaged(u8).empty;
    defer head.deinit(allocator);
    try head.appendSlice(allocator, "{\"method\":");
    try appendText(allocator, &head, outgoing.method);
    try head.appendSlice(allocator, ",\"url\":");
    try appendText(allocator, &head, outgoing.url);
    try head.appendSlice(allocator, ",\"headers\":");
    try appendHeaders(allocator, &head, outgoing.headers);
    try head.append(allocator, '}');
    const body = outgoing.body;
    const id = abi.http.fetch(bytes.at(head.items), head.items.len, bytes.at(body), body.len);
    return .{ .future = .{ .id = try errors.check(id) } };
}

pub const Pending = struct {
    future: Future,

    /// The response. It lasts as long as the allocator's memory: an arena is best.
    pub fn wait(self: Pending, allocator: Allocator, timeout: i64) Error!Response {
        const payload = try self.future.wait(allocator, timeout);
        const head_len = std.mem.readInt(u32, payload[0..4], .little);
        const Head = struct { status: u16, headers: []const Header };
        const head = try parsed(Head, allocator, payload[4..][0..head_len]);
        return .{ .status = head.status, .headers = head.headers, .body = payload[4 + head_len ..] };
    }
};

fn parsed(comptime T: type, allocator: Allocator, text: []const u8) Error!T {
    return std.json.parseFromSliceLeaky(T, allocator, text, .{ .ignore_unknown_fields = true }) catch |err| switch (err) {
        error.OutOfMemory => error.OutOfMemory,
        else => error.Invalid,
    };
}

fn find(headers: []const Header, name: []const u8) ?[]const u8 {
    for (headers) |each| if (std.ascii.eqlIgnoreCase(each[0], name)) return each[1];
    return null;
}

fn headersText(allocator: Allocator, headers: []const Header) Error![]u8 {
    var text = std.ArrayListUnmanaged(u8).empty;
    errdefer text.deinit(allocator);
    try appendHeaders(allocator, &text, headers);
    return text.toOwnedSlice(allocator);
}

fn appendHeaders(allocator: Allocator, text: *std.ArrayListUnmanaged(u8), headers: []const Header) Error!void {
    try text.append(allocator, '[');
    for (headers, 0..) |each, index| {
        if (index > 0) try text.append(allocator, ',');
        try text.append(allocator, '[');
        try appendText(allocator, text, each[0]);
        try text.append(allocator, ',');
        try appendText(allocator, text, each[1]);
        try text.append(allocator, ']');
    }
    try text.append(allocator, ']');
}

fn appendText(allocator: Allocator, text: *std.ArrayListUnmanaged(u8), value: []const u8) Error!void {
    try text.append(allocator, '"');
    for (value) |byte| switch (byte) {
        '"', '\\' => try text.appendSlice(allocator, &.{ '\\', byte }),
        0...31 => {
            var escape: [6]u8 = undefined;
            try text.appendSlice(allocator, std.fmt.bufPrint(&escape, "\\u{x:0>4}", .{byte}) catch unreachable);
        },
        else => try text.append(allocator, byte),
    };
    try text.append(allocator, '"');
}
