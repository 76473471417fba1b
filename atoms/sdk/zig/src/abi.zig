//! The host functions that every runtime has, by capability. They check every range of bytes, empty ones too.

pub const core = struct {
    pub extern "radon:core" fn take(ptr: [*]u8, cap: usize) i32;
    pub extern "radon:core" fn last_error(ptr: [*]u8, cap: usize) i32;
    pub extern "radon:core" fn self_name(ptr: [*]u8, cap: usize) i32;
    pub extern "radon:core" fn config(key: [*]const u8, key_len: usize, ptr: [*]u8, cap: usize) i32;
    pub extern "radon:core" fn log(level: i32, ptr: [*]const u8, len: usize) void;
    pub extern "radon:core" fn now() i64;
    pub extern "radon:core" fn monotonic() i64;
    pub extern "radon:core" fn random(ptr: [*]u8, len: usize) void;
    pub extern "radon:core" fn sleep(ms: i64) i32;
    pub extern "radon:core" fn yield() i32;
};

pub const messaging = struct {
    pub extern "radon:messaging" fn send(to: [*]const u8, to_len: usize, ptr: [*]const u8, len: usize) i32;
    pub extern "radon:messaging" fn receive(timeout: i64, ptr: [*]u8, cap: usize) i32;
    pub extern "radon:messaging" fn kind() i32;
    pub extern "radon:messaging" fn sender(ptr: [*]u8, cap: usize) i32;
    pub extern "radon:messaging" fn attempt() i32;
    pub extern "radon:messaging" fn reply(ptr: [*]const u8, len: usize) i32;
    pub extern "radon:messaging" fn fail(ptr: [*]const u8, len: usize) i32;
    pub extern "radon:messaging" fn reply_token() i64;
    pub extern "radon:messaging" fn reply_to(token: i64, ptr: [*]const u8, len: usize) i32;
    pub extern "radon:messaging" fn interrupt(to: [*]const u8, to_len: usize, signal: i32, ptr: [*]const u8, len: usize) i32;
    pub extern "radon:messaging" fn on_reentrant(token: usize) i32;
};

pub const future = struct {
    pub extern "radon:future" fn request(to: [*]const u8, to_len: usize, ptr: [*]const u8, len: usize, timeout: i64) i64;
    pub extern "radon:future" fn timer(ms: i64) i64;
    pub extern "radon:future" fn @"await"(id: i64, timeout: i64, ptr: [*]u8, cap: usize) i32;
    pub extern "radon:future" fn poll(id: i64) i32;
    pub extern "radon:future" fn on_complete(id: i64, token: usize) i32;
    pub extern "radon:future" fn cancel(id: i64) i32;
};

pub const interrupt = struct {
    pub extern "radon:interrupt" fn on(signal: i32, token: usize) i32;
    pub extern "radon:interrupt" fn off(signal: i32) i32;
    pub extern "radon:interrupt" fn mask() i32;
    pub extern "radon:interrupt" fn unmask() i32;
    pub extern "radon:interrupt" fn preempt(on: i32) i32;
};

pub const kv = struct {
    pub extern "radon:kv" fn get(key: [*]const u8, key_len: usize, ptr: [*]u8, cap: usize) i32;
    pub extern "radon:kv" fn put(key: [*]const u8, key_len: usize, value: [*]const u8, value_len: usize) i32;
    pub extern "radon:kv" fn delete(key: [*]const u8, key_len: usize) i32;
    pub extern "radon:kv" fn scan(
        start: [*]const u8,
        start_len: usize,
        end: [*]const u8,
        end_len: usize,
        limit: i32,
        reverse: i32,
        ptr: [*]u8,
        cap: usize,
    ) i32;
};

pub const naming = struct {
    pub extern "radon:naming" fn resolve(name: [*]const u8, name_len: usize, ptr: [*]u8, cap: usize) i32;
    pub extern "radon:naming" fn lookup(
        scope: [*]const u8,
        scope_len: usize,
        pattern: [*]const u8,
        pattern_len: usize,
        all: i32,
        limit: i32,
        ptr: [*]u8,
        cap: usize,
    ) i32;
    pub extern "radon:naming" fn alias(scope: [*]const u8, scope_len: usize, value: [*]const u8, value_len: usize) i32;
    pub extern "radon:naming" fn unalias(scope: [*]const u8, scope_len: usize, value: [*]const u8, value_len: usize) i32;
};

pub const http = struct {
    pub extern "radon:http" fn head(ptr: [*]u8, cap: usize) i32;
    pub extern "radon:http" fn respond(status: i32, headers: [*]const u8, headers_len: usize, ptr: [*]const u8, len: usize) i32;
    pub extern "radon:http" fn fetch(head: [*]const u8, head_len: usize, body: [*]const u8, body_len: usize) i64;
};
