//! The functions of the ABI (docs/abi.md, section 4) under their own names, as they are imported: pointers and lengths.
//! `host.rs` is the only caller. Outside WebAssembly they are there so that the crate links, and panic.

// A function has as many arguments as the ABI gives it.
#![allow(unsafe_code, clippy::too_many_arguments)]

macro_rules! imports {
    ($($module:tt {
        $($import:tt => fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*
    })*) => {
        $(
            #[cfg(target_arch = "wasm32")]
            #[link(wasm_import_module = $module)]
            extern "C" {
                $(#[link_name = $import] pub fn $name($($argument: $type),*) $(-> $result)?;)*
            }

            $(
                #[cfg(not(target_arch = "wasm32"))]
                pub unsafe fn $name($(_: $type),*) $(-> $result)? {
                    panic!("{}.{} is there in an atom only", $module, $import)
                }
            )*
        )*
    };
}

imports! {
    "radon:core" {
        "take" => fn take(ptr: *mut u8, cap: usize) -> i32;
        "last_error" => fn last_error(ptr: *mut u8, cap: usize) -> i32;
        "self_name" => fn self_name(ptr: *mut u8, cap: usize) -> i32;
        "config" => fn config(key: *const u8, key_len: usize, ptr: *mut u8, cap: usize) -> i32;
        "log" => fn log(level: i32, ptr: *const u8, len: usize);
        "now" => fn now() -> i64;
        "monotonic" => fn monotonic() -> i64;
        "random" => fn random(ptr: *mut u8, len: usize);
        "sleep" => fn sleep(ms: i64) -> i32;
        "yield" => fn yield_now() -> i32;
    }
    "radon:messaging" {
        "send" => fn send(to: *const u8, to_len: usize, ptr: *const u8, len: usize) -> i32;
        "receive" => fn receive(timeout: i64, ptr: *mut u8, cap: usize) -> i32;
        "kind" => fn kind() -> i32;
        "sender" => fn sender(ptr: *mut u8, cap: usize) -> i32;
        "attempt" => fn attempt() -> i32;
        "reply" => fn reply(ptr: *const u8, len: usize) -> i32;
        "fail" => fn fail(ptr: *const u8, len: usize) -> i32;
        "reply_token" => fn reply_token() -> i64;
        "reply_to" => fn reply_to(token: i64, ptr: *const u8, len: usize) -> i32;
        "interrupt" => fn interrupt(to: *const u8, to_len: usize, signal: i32, ptr: *const u8, len: usize) -> i32;
        "on_reentrant" => fn on_reentrant(token: i32) -> i32;
    }
    "radon:future" {
        "request" => fn request(to: *const u8, to_len: usize, ptr: *const u8, len: usize, timeout: i64) -> i64;
        "timer" => fn timer(ms: i64) -> i64;
        "await" => fn await_future(id: i64, timeout: i64, ptr: *mut u8, cap: usize) -> i32;
        "poll" => fn poll(id: i64) -> i32;
        "on_complete" => fn on_complete(id: i64, token: i32) -> i32;
        "cancel" => fn cancel(id: i64) -> i32;
    }
    "radon:interrupt" {
        "on" => fn interrupt_on(signal: i32, token: i32) -> i32;
        "off" => fn interrupt_off(signal: i32) -> i32;
        "mask" => fn interrupt_mask() -> i32;
        "unmask" => fn interrupt_unmask() -> i32;
        "preempt" => fn interrupt_preempt(on: i32) -> i32;
    }
    "radon:kv" {
        "get" => fn kv_get(key: *const u8, key_len: usize, ptr: *mut u8, cap: usize) -> i32;
        "put" => fn kv_put(key: *const u8, key_len: usize, ptr: *const u8, len: usize) -> i32;
        "delete" => fn kv_delete(key: *const u8, key_len: usize) -> i32;
        "scan" => fn kv_scan(
            start: *const u8, start_len: usize, end: *const u8, end_len: usize,
            limit: i32, reverse: i32, ptr: *mut u8, cap: usize
        ) -> i32;
    }
    "radon:naming" {
        "resolve" => fn naming_resolve(name: *const u8, name_len: usize, ptr: *mut u8, cap: usize) -> i32;
        "lookup" => fn naming_lookup(
            scope: *const u8, scope_len: usize, pattern: *const u8, pattern_len: usize,
            all: i32, limit: i32, ptr: *mut u8, cap: usize
        ) -> i32;
        "alias" => fn naming_alias(scope: *const u8, scope_len: usize, value: *const u8, value_len: usize) -> i32;
        "unalias" => fn naming_unalias(scope: *const u8, scope_len: usize, value: *const u8, value_len: usize) -> i32;
    }
    "radon:http" {
        "head" => fn http_head(ptr: *mut u8, cap: usize) -> i32;
        "respond" => fn http_respond(
            status: i32, headers: *const u8, headers_len: usize, ptr: *const u8, len: usize
        ) -> i32;
        "fetch" => fn http_fetch(request: *const u8, request_len: usize, ptr: *const u8, len: usize) -> i64;
    }
    "env" {
        "abort" => fn abort(message: *const u16, file: *const u16, line: i32, column: i32);
    }
}
