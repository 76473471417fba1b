//! The functions of the ABI over slices: all of the crate's unsafe calls are here.
//!
//! Why they are safe: a function of the ABI reads or writes the range it is given and nothing else, during the call and not after
//! it; each range here is that of a slice which is borrowed for the call, exclusively where the runtime writes. While a function
//! blocks, callbacks run; the borrow checker holds for them as for any other function, as they are closures without borrows.

#![allow(unsafe_code)]

use crate::abi;

macro_rules! calls {
    ($($(#[$about:meta])* fn $name:ident = $function:ident($($argument:ident: $kind:tt),*) $(-> $result:ty)?;)*) => {
        $(
            $(#[$about])*
            pub fn $name($($argument: calls!(@type $kind)),*) $(-> $result)? {
                calls!(@call $function () $($argument: $kind,)*)
            }
        )*
    };
    (@type bytes) => { &[u8] };
    (@type out) => { &mut [u8] };
    (@type $type:ty) => { $type };
    // A slice is two arguments.
    (@call $function:ident ($($done:expr,)*) $argument:ident: bytes, $($rest:tt)*) => {
        calls!(@call $function ($($done,)* $argument.as_ptr(), $argument.len(),) $($rest)*)
    };
    (@call $function:ident ($($done:expr,)*) $argument:ident: out, $($rest:tt)*) => {
        calls!(@call $function ($($done,)* $argument.as_mut_ptr(), $argument.len(),) $($rest)*)
    };
    (@call $function:ident ($($done:expr,)*) $argument:ident: $type:ty, $($rest:tt)*) => {
        calls!(@call $function ($($done,)* $argument,) $($rest)*)
    };
    // SAFETY: see above; every pointer comes with the length of its slice.
    (@call $function:ident ($($done:expr,)*)) => { unsafe { abi::$function($($done),*) } };
}

calls! {
    fn take = take(to: out) -> i32;
    fn last_error = last_error(to: out) -> i32;
    fn self_name = self_name(to: out) -> i32;
    fn config = config(key: bytes, to: out) -> i32;
    fn log = log(level: i32, text: bytes);
    fn now = now() -> i64;
    fn monotonic = monotonic() -> i64;
    fn random = random(to: out);
    fn sleep = sleep(ms: i64) -> i32;
    fn yield_now = yield_now() -> i32;

    fn send = send(to: bytes, payload: bytes) -> i32;
    fn receive = receive(timeout_ms: i64, to: out) -> i32;
    fn kind = kind() -> i32;
    fn sender = sender(to: out) -> i32;
    fn attempt = attempt() -> i32;
    fn reply = reply(payload: bytes) -> i32;
    fn fail = fail(reason: bytes) -> i32;
    fn reply_token = reply_token() -> i64;
    fn reply_to = reply_to(token: i64, payload: bytes) -> i32;
    fn interrupt = interrupt(to: bytes, signal: i32, payload: bytes) -> i32;
    fn on_reentrant = on_reentrant(token: i32) -> i32;

    fn request = request(to: bytes, payload: bytes, timeout_ms: i64) -> i64;
    fn timer = timer(ms: i64) -> i64;
    fn await_future = await_future(id: i64, timeout_ms: i64, to: out) -> i32;
    fn poll = poll(id: i64) -> i32;
    fn on_complete = on_complete(id: i64, token: i32) -> i32;
    fn cancel = cancel(id: i64) -> i32;

    fn interrupt_on = interrupt_on(signal: i32, token: i32) -> i32;
    fn interrupt_off = interrupt_off(signal: i32) -> i32;
    fn interrupt_mask = interrupt_mask() -> i32;
    fn interrupt_unmask = interrupt_unmask() -> i32;
    fn interrupt_preempt = interrupt_preempt(on: i32) -> i32;

    fn kv_get = kv_get(key: bytes, to: out) -> i32;
    fn kv_put = kv_put(key: bytes, value: bytes) -> i32;
    fn kv_delete = kv_delete(key: bytes) -> i32;
    fn kv_scan = kv_scan(start: bytes, end: bytes, limit: i32, reverse: i32, to: out) -> i32;

    fn naming_resolve = naming_resolve(name: bytes, to: out) -> i32;
    fn naming_lookup = naming_lookup(scope: bytes, pattern: bytes, all: i32, limit: i32, to: out) -> i32;
    fn naming_alias = naming_alias(scope: bytes, value: bytes) -> i32;
    fn naming_unalias = naming_unalias(scope: bytes, value: bytes) -> i32;

    fn http_head = http_head(to: out) -> i32;
    fn http_respond = http_respond(status: i32, headers: bytes, body: bytes) -> i32;
    fn http_fetch = http_fetch(head: bytes, body: bytes) -> i64;
}

/// Traps the atom with a text. The runtime takes it as AssemblyScript has its strings: UTF-16, the length in bytes in front.
pub fn abort(text: &str) -> ! {
    let mut units = vec![0, 0];
    units.extend(text.encode_utf16());
    let bytes = (units.len() - 2) * 2;
    units[0] = bytes as u16;
    units[1] = (bytes >> 16) as u16;
    // SAFETY: the runtime reads the length in front of the pointer and as many bytes after it; both are in `units`. An address
    // of 0 is no string.
    unsafe { abi::abort(units[2..].as_ptr(), std::ptr::null(), 0, 0) };
    std::process::abort()
}
