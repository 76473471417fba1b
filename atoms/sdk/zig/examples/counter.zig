const radon = @import("radon");

pub const panic = radon.panic;

comptime {
    radon.reactive(handle);
}

/// Where the store keeps the count.
const count_key = "count";

/// Over HTTP, GET reads the counter and POST adds one; a request of another atom adds the number that it carries.
fn handle(message: radon.Message) !void {
    if (try radon.http.request(message)) |call| return serve(call);
    const number = message.integer(i64) orelse return message.fail("`{s}` is no number to add.", .{message.payload});
    try message.print("{d}", .{try increase(number)});
}

fn serve(call: radon.http.Request) !void {
    if (call.is("GET")) return respond(try radon.kv.getInteger(i64, count_key, 0));
    if (call.is("POST")) return respond(try increase(1));
    try radon.http.respond(405, &.{.{ "allow", "GET, POST" }}, "GET reads the counter, POST adds one.\n");
}

fn respond(count: i64) !void {
    try radon.http.respondJson(200, "{{\"count\":{d}}}", .{count});
}

fn increase(by: i64) !i64 {
    const count = try radon.kv.getInteger(i64, count_key, 0) + by;
    try radon.kv.putInteger(count_key, count);
    return count;
}
