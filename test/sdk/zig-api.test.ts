/** The Zig SDK where the example set does not reach: futures and their callbacks, names, tokens, HTTP, large values, panics. */
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { compileModules } from "../../scripts/compile/compile-modules.ts";
import { compileWasm } from "../../scripts/compile/wasm-module.ts";
import type { SourceOf } from "../../scripts/compile/compiler.ts";
import { zig } from "../../scripts/compile/zig.ts";
import { shownAnswer, World } from "../engine/engine-harness.ts";
import { workspace } from "../formula/formulas.ts";

/** Does what the first word of a request says, with the rest of it. */
const PROBE = `
const std = @import("std");
const radon = @import("radon");

pub const panic = radon.panic;
pub const std_options: std.Options = .{ .logFn = radon.log.logFn };

comptime {
    radon.reactive(handle);
}

var completed: usize = 0;
var kept: radon.ReplyToken = .{ .id = 0 };

fn handle(message: radon.Message) !void {
    const text = message.payload;
    const space = std.mem.indexOfScalar(u8, text, ' ') orelse text.len;
    const verb = text[0..space];
    const rest = text[@min(space + 1, text.len)..];
    const a = message.allocator;
    if (try radon.http.request(message)) |call| return serve(call);
    if (is(verb, "large")) {
        const value = try a.alloc(u8, 100_000);
        @memset(value, 'x');
        try radon.kv.put("large", value);
        const read = (try radon.kv.get(a, "large")).?;
        const echoed = try radon.ask(a, "probe2", "echo", 1000);
        return message.print("{d} {d} {s}", .{ read.len, std.mem.count(u8, read, "x"), echoed });
    }
    if (is(verb, "echo")) return message.print("{s} {s} {d}", .{ text, try message.sender(), try message.attempt() });
    if (is(verb, "futures")) {
        const early = try radon.timer(5);
        const late = try radon.timer(60_000);
        try early.onComplete(@as(usize, 40), onTimer);
        const before = try late.poll();
        try radon.sleep(10);
        try late.cancel();
        const after = if (late.poll()) |done| (if (done) "done" else "pending") else |err| radon.codeOf(err);
        return message.print("{d} {} {s}", .{ completed, before, after });
    }
    if (is(verb, "names")) {
        try radon.naming.alias("colour", "blue");
        try radon.yield();
        const any = try radon.naming.lookupAny(a, .{ .scope = "colour", .pattern = "blue|red" });
        const none = try radon.naming.lookupAny(a, .{ .scope = "colour", .pattern = "green" });
        const all = try radon.naming.lookup(a, .{ .pattern = "probe.*" });
        var lines = std.mem.tokenizeScalar(u8, all, '\\n');
        var count: usize = 0;
        while (lines.next()) |_| count += 1;
        return message.print("{s} {s} {?s} {d} {s}", .{ try radon.selfName(a), any.?, none, count, try radon.naming.resolve(a, "probe2") });
    }
    if (is(verb, "keep")) {
        kept = try message.token();
        return;
    }
    if (is(verb, "release")) {
        try kept.reply("late");
        return message.reply("released");
    }
    if (is(verb, "config")) {
        const word = try radon.config.get(a, "word");
        return message.print("{?s} {?s} {d} {d}", .{ word, try radon.config.get(a, "none"), radon.config.integer(i64, "number", 1), radon.config.integer(u8, "word", 9) });
    }
    if (is(verb, "error")) return radon.send("nowhere", "x");
    if (is(verb, "own")) return error.OfItsOwn;
    if (is(verb, "log")) return std.log.scoped(.probe).warn("{s}", .{rest});
    if (is(verb, "index")) return message.print("{d}", .{text[text.len + rest.len]});
    if (is(verb, "panic")) @panic("that is enough");
    if (is(verb, "mask")) {
        try radon.interrupts.on(7, onSeven);
        try radon.interrupts.mask();
        defer radon.interrupts.unmask() catch {};
        try radon.interrupt("probe", 7, "now");
        try radon.sleep(5);
        return message.print("{d}", .{completed});
    }
    if (is(verb, "count")) return message.print("{d}", .{completed});
    return message.fail("What is {s}?", .{verb});
}

fn is(verb: []const u8, word: []const u8) bool {
    return std.mem.eql(u8, verb, word);
}

fn onTimer(more: usize, outcome: radon.Error![]u8) void {
    const payload = outcome catch return;
    defer radon.allocator.free(payload);
    completed += more + payload.len;
}

fn onSeven(interrupt: radon.Message) !void {
    completed += interrupt.payload.len;
}

fn serve(call: radon.http.Request) !void {
    const who = call.header("X-WHO") orelse "nobody";
    try radon.http.respond(201, &.{ .{ "x-who", who }, .{ "x-odd", "a\\"b\\\\c" } }, call.url);
}
`;

const tool = await zig.find({ kind: "zig", entry: path.join(import.meta.dirname, "probe.zig"), folder: undefined });
const space = workspace();
afterAll(space.remove);
afterEach(() => vi.restoreAllMocks());

const buildZig = (sdk: string) => `
const std = @import("std");

pub fn build(b: *std.Build) void {
    const atom = b.addExecutable(.{
        .name = "echo",
        .root_source_file = b.path("src/echo.zig"),
        .target = b.resolveTargetQuery(.{ .cpu_arch = .wasm32, .os_tag = .wasi }),
        .optimize = b.standardOptimizeOption(.{ .preferred_optimize_mode = .ReleaseSafe }),
    });
    atom.root_module.addAnonymousImport("radon", .{ .root_source_file = b.path("${sdk}/src/radon.zig") });
    atom.entry = .disabled;
    atom.wasi_exec_model = .reactor;
    atom.rdynamic = true;
    b.installArtifact(atom);
}
`;

const ECHO = `
const radon = @import("radon");

comptime {
    radon.reactive(echo);
}

fn echo(message: radon.Message) !void {
    try message.reply(message.payload);
}
`;

function compiled(text: string): Promise<WebAssembly.Module> {
  return compiledFrom({ kind: "zig", entry: space.write("probe.zig", text), folder: undefined });
}

async function compiledFrom(source: SourceOf<"zig">): Promise<WebAssembly.Module> {
  const place = { kind: "file", file: "formula.toml", line: 1, column: 1 } as const;
  const folders = { cacheFolder: path.join(space.folder, "cache"), workFolder: path.join(space.folder, "work") };
  const [result] = await compileModules([{ name: "probe", source, metered: true, place }], {
    root: space.folder,
    ...folders,
  });
  const module = result?.kind === "compiled" ? await compileWasm(result.wasm) : JSON.stringify(result);
  if (typeof module === "string") throw new Error(module);
  return module;
}

if (tool.kind === "missing") test("the Zig SDK", (context) => context.skip(`${tool.message} ${tool.remedy}`));

describe.skipIf(tool.kind === "missing")("the Zig SDK", () => {
  let module: WebAssembly.Module;
  beforeAll(async () => {
    module = await compiled(PROBE);
  }, 120_000);

  const world = () =>
    new World([
      { name: "probe", module, config: { word: "héllo", number: "-5" }, attemptsMax: 1 },
      { name: "probe2", module },
    ]);
  const asked = async (text: string) => shownAnswer(await world().ask("probe", text));

  test.each([
    ["large", "100000 100000 echo cloud/probe 1"],
    ["futures", "40 false CANCELLED"],
    ["names", "cloud/probe cloud/probe null 2 cloud/probe2"],
    ["config", "héllo null -5 9"],
  ])("%s", async (verb, answer) => {
    expect(await asked(verb)).toBe(answer);
  });

  test.each([
    ["error", /^REMOTE: NOT_FOUND: .*nowhere/],
    ["own", /^REMOTE: OfItsOwn: /],
    ["what", /^REMOTE: What is what\?$/],
    ["panic", /^REMOTE: .*\(It said: that is enough\)/],
    ["index", /^REMOTE: .*\(It said: index out of bounds: index 5, len 5\)/],
  ])("%s fails with its reason", async (verb, reason) => {
    expect(await asked(verb)).toMatch(reason);
  });

  test("a request is answered by the handler of another one", async () => {
    const atoms = world();
    const { answer } = await atoms.asking("probe", "keep");
    expect(shownAnswer(await atoms.ask("probe", "release"))).toBe("released");
    expect(await answer).toMatchObject({ kind: "answered" });
  });

  test("masked interrupts wait", async () => {
    const atoms = world();
    expect(shownAnswer(await atoms.ask("probe", "mask"))).toBe("0");
    expect(shownAnswer(await atoms.ask("probe", "count"))).toBe("3");
  });

  test("std.log goes to the atom's log", async () => {
    const atoms = world();
    await atoms.send("probe", "log good morning");
    expect(atoms.logs("probe")).toContain("warn: (probe) good morning");
  });

  test("HTTP headers come and go", async () => {
    const headers = [["x-who", 'Zoë "Z"']];
    const answer = await world().http("probe", { method: "GET", url: "http://x/y?z", headers });
    expect(answer).toMatchObject({ kind: "response", status: 201 });
    expect(JSON.stringify(answer)).toContain("Zoë");
    expect(shownAnswer(answer)).toBe("201 http://x/y?z");
  });

  test("a project with a build.zig of its own imports the SDK by its path", async () => {
    const folder = path.join(space.folder, "project");
    const sdk = path.relative(folder, path.resolve(import.meta.dirname, "../../atoms/sdk/zig"));
    const entry = space.write("project/build.zig", buildZig(sdk));
    space.write("project/src/echo.zig", ECHO);
    const atoms = new World([{ name: "echo", module: await compiledFrom({ kind: "zig", entry, folder }) }]);
    expect(shownAnswer(await atoms.ask("echo", "hello"))).toBe("hello");
  }, 120_000);
});
