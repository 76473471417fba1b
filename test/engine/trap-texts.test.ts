/**
 * What the author of an atom reads when it traps, for modules as each language's compiler makes them: why, and where by the
 * names of functions and the lines of the sources. A stack that is used up, memory that is, an abort and a failed assertion.
 */
import { homedir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, it, vi, type TestContext } from "vitest";
import { compileModules } from "../../scripts/compile/compile-modules.ts";
import { detectSource, isSource } from "../../scripts/compile/source.ts";
import { compileWasm } from "../../scripts/compile/wasm-module.ts";
import { workspace } from "../formula/formulas.ts";
import { World } from "./engine-harness.ts";

const space = workspace();
afterAll(space.remove);
afterEach(() => vi.restoreAllMocks());

/** Each atom traps in a way of its choice: the first letter of its message. */
const SOURCES = {
  "c/traps.c": `
    __attribute__((import_module("radon:messaging"), import_name("receive"))) int receive(long long, char *, int);
    volatile int sink;
    static char text[16];
    __attribute__((noinline)) int fill_stack(int n) { volatile char large[4000]; large[n % 4000] = 1; return fill_stack(n + 1) + large[0]; }
    __attribute__((noinline)) int call_deeply(int n) { return call_deeply(n + 1) + sink; }
    __attribute__((noinline)) void give_up(void) { __builtin_trap(); }
    __attribute__((noinline)) int divide(int n) { return 100 / n; }
    static inline int rest(int n) { return n % (n - 7); }
    static inline int rests(int n) {
      return rest(n) + sink;
    }
    __attribute__((export_name("invoke"))) void invoke(void) {
      receive(0, text, sizeof text);
      if (text[0] == 's') sink = fill_stack(1);
      else if (text[0] == 'i') { sink = 7; sink = rests(sink); }
      else if (text[0] == 'd') sink = call_deeply(1);
      else if (text[0] == 'z') sink = divide(sink);
      else give_up();
    }`,
  "wasi/traps.c": `
    #include <assert.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    __attribute__((import_module("radon:messaging"), import_name("receive"))) int receive(long long, char *, int);
    volatile int sink;
    __attribute__((noinline)) void use_memory(void) {
      for (;;) { char *p = malloc(1 << 20); if (!p) { fputs("no memory left\\n", stderr); abort(); } memset(p, 1, 1 << 20); sink += p[sink]; }
    }
    __attribute__((noinline)) void check(int n) { assert(n > 100 && "n is large"); }
    __attribute__((export_name("invoke"))) void invoke(void) {
      char text[16];
      receive(0, text, sizeof text);
      if (text[0] == 'm') use_memory();
      else if (text[0] == 'a') check(sink);
      else if (text[0] == 'e') { fputs("no luck", stderr); exit(3); }
      else abort();
    }`,
  "cpp/traps.cpp": `
    #include <string>
    #include <vector>
    namespace shop {
      template <typename T> struct Cart {
        std::vector<T> items;
        __attribute__((noinline)) T &first(int n) { return items.at(n); }
      };
    }
    extern "C" __attribute__((export_name("invoke"))) void invoke() { shop::Cart<std::string> cart; cart.first(3) = "x"; }`,
  "rs/Cargo.toml": '[package]\nname = "traps"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n',
  "rs/src/lib.rs": `
    #[link(wasm_import_module = "radon:messaging")]
    extern "C" { fn receive(timeout: i64, ptr: *mut u8, cap: i32) -> i32; }
    static mut SINK: usize = 0;
    pub struct Cart(Vec<u32>);
    impl Cart {
      #[inline(never)] pub fn first(&self, n: usize) -> u32 { self.0[n] }
      pub fn halves(&self, n: u32) -> u32 {
        self.0.iter().map(|each| {
          each / n
        }).sum()
      }
      #[inline(never)] pub fn fill(&mut self) { loop { self.0.extend_from_slice(&[7; 100_000]); } }
      #[inline(never)] pub fn fill_stack(&self, n: usize) -> usize {
        let mut large = [0u8; 4000];
        large[n % 4000] = 1;
        if n == 0 { 0 } else { self.fill_stack(n + 1) + unsafe { std::ptr::read_volatile(&large[3]) } as usize }
      }
    }
    #[no_mangle] pub extern "C" fn invoke() {
      let mut text = [0u8; 16];
      unsafe { receive(0, text.as_mut_ptr(), 16); }
      let mut cart = Cart(vec![]);
      match text[0] {
        b'm' => cart.fill(),
        b's' => unsafe { SINK = cart.fill_stack(1) },
        b'h' => { cart.0.push(text[0] as u32); unsafe { SINK = cart.halves(text[1] as u32) as usize } }
        _ => unsafe { SINK = cart.first(3) as usize },
      }
    }`,
  "zig/main.zig": `
    const radon = @import("radon");
    pub const panic = radon.panic;
    comptime { radon.reactive(handle); }
    noinline fn fillStack(n: usize) usize {
      var large: [4000]u8 = undefined;
      const at: *volatile u8 = &large[n % 4000];
      at.* = 1;
      return if (n == 0) 0 else fillStack(n + 1) + at.*;
    }
    noinline fn first(items: []const u8) u8 { return items[items.len]; }
    fn handle(message: radon.Message) !void {
      if (message.payload[0] == 's') return message.print("{d}", .{fillStack(1)});
      try message.print("{d}", .{first(message.payload)});
    }`,
  "as/index.ts": `
    import { receive } from "radon-as";
    class Cart {
      items: u32[] = [];
      seen: i32 = 0;
      first(n: i32): u32 { return this.items[n]; }
      fill(): void { for (;;) for (let i = 0; i < 100000; i++) this.items.push(7); }
      call_deeply(n: i32): i32 { return n == 0 ? 0 : this.call_deeply(n + 1) + this.items.length + 1; }
    }
    function choose(cart: Cart, n: i32): void {
      if (n == 5) {
        cart.seen += 1;
        cart.first(n); // five
      } else if (n == 6) {
        cart.seen += 2;
        cart.first(n); // six
      } else {
        cart.seen += 3;
        cart.first(n); // other
      }
    }
    export function invoke(): void {
      const message = receive();
      if (!message) return;
      const cart = new Cart();
      if (message.text == "m") cart.fill();
      else if (message.text == "s") cart.call_deeply(1);
      else if (message.text == "a") assert(false, "n is large");
      else if (message.text == "t") throw new Error("went wrong");
      else if (message.text == "y") choose(cart, 5);
      else if (message.text == "z") choose(cart, 6);
      else cart.first(3);
    }`,
} as const;

const place = { kind: "file", file: "formula.toml", line: 1, column: 1 } as const;
const modules = new Map<string, WebAssembly.Module>();
const wasms = new Map<string, Uint8Array>();

/** As `radon dev` builds it or, optimized, `radon build`. */
async function moduleOf(name: string, context: TestContext, optimize = false): Promise<WebAssembly.Module> {
  const key = `${name} ${optimize}`;
  const known = modules.get(key);
  if (known) return known;
  for (const [file, text] of Object.entries(SOURCES)) if (file.startsWith(`${name}/`)) space.write(file, text);
  const source = detectSource(path.join(space.folder, name));
  if (!isSource(source)) throw new Error(source.message);
  const folders = { cacheFolder: path.join(space.folder, "cache"), workFolder: path.join(space.folder, "work") };
  const [result] = await compileModules([{ name, source, metered: true, place }], {
    root: space.folder,
    ...folders,
    optimize,
  });
  if (result?.kind === "no toolchain") return context.skip(result.message);
  const needsLibrary = result?.kind === "refused" && /'(assert\.h|string)' file not found/.test(result.diagnostics);
  if (needsLibrary) return context.skip("The clang of this machine has no standard library for WebAssembly.");
  const module = result?.kind === "compiled" ? await compileWasm(result.wasm) : JSON.stringify(result);
  if (typeof module === "string") throw new Error(module);
  modules.set(key, module);
  if (result?.kind === "compiled") wasms.set(name, result.wasm);
  return module;
}

/** The text of the trap that the message leads to. */
async function trapOf(name: string, message: string, context: TestContext, optimize: boolean): Promise<string> {
  const world = new World([{ name: "a", module: await moduleOf(name, context, optimize), attemptsMax: 1 }]);
  await world.send("a", message);
  return world.trapText("a");
}

const USED_UP = "\\(Its stack is used up: a recursion without end";
const MORE_MEMORY = "\\(It asked for more memory: its memory is limited to 32 MiB, memory_mb\\.\\)";

/** Patterns, in which `@{code}@` stands for the file and the line of that code. */
type Case = readonly [name: string, message: string, headline: string, frames: string];
const CASES: readonly Case[] = [
  ["c", "s", USED_UP, "at fill_stack @{return fill_stack}@, \\d\\d times"],
  ["c", "d", USED_UP, "at call_deeply @{return call_deeply}@, \\d\\d times"],
  [
    "c",
    "z",
    "^RuntimeError: divide by zero @{100 / n}@$",
    "^ {2}at divide @{100 / n}@\n {2}at invoke @{divide(sink)}@$",
  ],
  [
    "c",
    "i",
    "zero @{n % (n - 7)}@$",
    "^ {2}at rest @{n % (n - 7)}@\n {2}at rests @{rest(n)}@\n {2}at invoke @{rests(sink)}@$",
  ],
  [
    "c",
    "x",
    "^RuntimeError: unreachable @{__builtin_trap}@ \\(It ended itself",
    "^ {2}at give_up @{__builtin_trap}@\n {2}at invoke @{else give_up}@$",
  ],
  ["wasi", "m", MORE_MEMORY, "at use_memory @{memset}@\n {2}at invoke @{use_memory();}@$"],
  ["wasi", "m", "\\(It said: no memory left\\)$", "at abort"],
  [
    "wasi",
    "a",
    '\\(It said: Assertion failed: n > 100 && "n is large" \\(',
    "at check @{assert(n}@\n {2}at invoke @{check(sink)}@$",
  ],
  ["wasi", "e", "^The atom exited with code 3\\. \\(It said: no luck\\)$", "^$"],
  [
    "cpp",
    "x",
    "^RuntimeError: unreachable @{items.at}@",
    "at shop::Cart<std::string ?>::first\\(int\\) @{items.at}@\n {2}at invoke @{cart.first}@",
  ],
  ["rs", "m", MORE_MEMORY, "Cart.*fill @{extend_from_slice}@\n {2}at invoke @{cart.fill()}@$"],
  ["rs", "s", USED_UP, "Cart.*fill_stack @{fill_stack(n + 1)}@, \\d\\d times"],
  [
    "rs",
    "x",
    "^RuntimeError: unreachable @{self.0[n]}@",
    "Cart.*first @{self.0[n]}@\n {2}at invoke @{cart.first(3)}@$",
  ],
  [
    "rs",
    "h",
    "^RuntimeError: unreachable @{each / n}@",
    "at traps::Cart::halves::\\{\\{closure\\}\\} @{each / n}@\n {2}at traps::Cart::halves @{self.0.iter()}@\n {2}at invoke @{cart.halves(}@$",
  ],
  ["zig", "s", USED_UP, "at main\\.fillStack @{fillStack(n + 1)}@, \\d\\d times"],
  [
    "zig",
    "x",
    "@{items[items.len]}@ \\(It said: index out of bounds: index 1, len 1\\)$",
    "at main\\.first @{items[items.len]}@\n {2}at main\\.handle @{first(message.payload)}@",
  ],
  [
    "as",
    "m",
    MORE_MEMORY,
    "at ~lib/array/ensureCapacity .*\n {2}at ~lib/array/Array<u32>#push .*\n {2}at as/index/Cart#fill @{this.items.push}@\n {2}at as/index/invoke @{cart.fill()}@$",
  ],
  ["as", "m", "^RuntimeError: unreachable @{this.items.push}@ \\(", "."],
  ["as", "s", USED_UP, "at as/index/Cart#call_deeply @{call_deeply(n + 1)}@, \\d\\d times"],
  ["as", "a", "^n is large \\(as/index\\.ts:\\d+:\\d+\\)$", "^ {2}at as/index/invoke @{assert(false}@$"],
  ["as", "t", "^went wrong \\(as/index\\.ts:\\d+:\\d+\\)$", "^ {2}at as/index/invoke @{throw new Error}@$"],
  [
    "as",
    "x",
    "^Index out of range \\(~lib/array\\.ts:\\d+:\\d+\\) @{this.items[n]}@$",
    "at as/index/Cart#first @{this.items[n]}@\n {2}at as/index/invoke @{else cart.first(3)}@$",
  ],
  // These two are alike but for their lines.
  ["as", "y", "^Index out of range", 'at as/index/choose @{// five}@\n {2}at as/index/invoke @{"y"}@$'],
  ["as", "z", "^Index out of range", 'at as/index/choose @{// six}@\n {2}at as/index/invoke @{"z"}@$'],
];

function pattern(name: string, text: string): RegExp {
  const place = (code: string): string => {
    const lines = Object.entries(SOURCES)
      .filter(([file]) => file.startsWith(`${name}/`))
      .flatMap(([file, source]) => source.split("\n").map((line, index) => ({ at: `${file}:${index + 1}`, line })));
    const found = lines.filter(({ line }) => line.includes(code));
    if (found.length !== 1) throw new Error(`${code} is in ${found.length} lines of ${name}.`);
    return found[0]?.at.replaceAll(".", "\\.") ?? "";
  };
  return new RegExp(text.replaceAll(/@\{(.+?)\}@/g, (_, code: string) => `\\((?:at )?${place(code)}\\)`));
}

describe("a module", { timeout: 120_000 }, () => {
  it.for([...new Set(CASES.map(([name]) => name))])("of %s names no folder of this machine", async (name, context) => {
    await moduleOf(name, context);
    const bytes = Buffer.from(wasms.get(name) ?? []);
    expect(bytes.includes("invoke")).toBe(true);
    for (const folder of [space.folder, homedir(), process.cwd()]) expect(bytes.includes(folder)).toBe(false);
  });
});

describe("the text of a trap", { timeout: 120_000 }, () => {
  const check = async ([name, message, headline, frames]: Case, context: TestContext, optimize = false) => {
    const [first = "", ...rest] = (await trapOf(name, message, context, optimize)).split("\n");
    expect(first).toMatch(pattern(name, headline));
    expect(rest.join("\n")).toMatch(pattern(name, frames));
  };

  it.for(CASES)("of %s, told %j, says %s and where", (each, context) => check(each, context));

  // AssemblyScript is optimized in any case, and what is linked by clang goes the same way in all its languages.
  it.for(CASES.filter(([name]) => ["wasi", "rs"].includes(name)))(
    "of %s, optimized and told %j, says %s and where",
    (each, context) => check(each, context, true),
  );
});
