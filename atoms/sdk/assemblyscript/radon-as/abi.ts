// @ts-nocheck: decorators of functions are AssemblyScript.
/**
 * The raw functions of the ABI, version 1: the complete table, one block a capability, in the order of its specification.
 * The rest of the SDK wraps them. A module imports only those it reaches, so a capability that an atom does not use needs
 * no grant.
 */

// radon:core
@external("radon:core", "take") export declare function core_take(ptr: usize, cap: i32): i32;
@external("radon:core", "last_error") export declare function core_last_error(ptr: usize, cap: i32): i32;
@external("radon:core", "self_name") export declare function core_self_name(ptr: usize, cap: i32): i32;
@external("radon:core", "config") export declare function core_config(key: usize, keyLen: i32, ptr: usize, cap: i32): i32;
@external("radon:core", "log") export declare function core_log(level: i32, ptr: usize, len: i32): void;
@external("radon:core", "now") export declare function core_now(): i64;
@external("radon:core", "monotonic") export declare function core_monotonic(): i64;
@external("radon:core", "random") export declare function core_random(ptr: usize, len: i32): void;
@external("radon:core", "sleep") export declare function core_sleep(ms: i64): i32;
@external("radon:core", "yield") export declare function core_yield(): i32;

// radon:messaging
@external("radon:messaging", "send") export declare function messaging_send(to: usize, toLen: i32, ptr: usize, len: i32): i32;
@external("radon:messaging", "receive") export declare function messaging_receive(timeout: i64, ptr: usize, cap: i32): i32;
@external("radon:messaging", "kind") export declare function messaging_kind(): i32;
@external("radon:messaging", "sender") export declare function messaging_sender(ptr: usize, cap: i32): i32;
@external("radon:messaging", "attempt") export declare function messaging_attempt(): i32;
@external("radon:messaging", "reply") export declare function messaging_reply(ptr: usize, len: i32): i32;
@external("radon:messaging", "fail") export declare function messaging_fail(ptr: usize, len: i32): i32;
@external("radon:messaging", "reply_token") export declare function messaging_reply_token(): i64;
@external("radon:messaging", "reply_to") export declare function messaging_reply_to(token: i64, ptr: usize, len: i32): i32;
@external("radon:messaging", "interrupt") export declare function messaging_interrupt(to: usize, toLen: i32, signal: i32, ptr: usize, len: i32): i32;
@external("radon:messaging", "on_reentrant") export declare function messaging_on_reentrant(token: i32): i32;

// radon:future
@external("radon:future", "request") export declare function future_request(to: usize, toLen: i32, ptr: usize, len: i32, timeout: i64): i64;
@external("radon:future", "timer") export declare function future_timer(ms: i64): i64;
@external("radon:future", "await") export declare function future_await(id: i64, timeout: i64, ptr: usize, cap: i32): i32;
@external("radon:future", "poll") export declare function future_poll(id: i64): i32;
@external("radon:future", "on_complete") export declare function future_on_complete(id: i64, token: i32): i32;
@external("radon:future", "cancel") export declare function future_cancel(id: i64): i32;

// radon:interrupt
@external("radon:interrupt", "on") export declare function interrupt_on(signal: i32, token: i32): i32;
@external("radon:interrupt", "off") export declare function interrupt_off(signal: i32): i32;
@external("radon:interrupt", "mask") export declare function interrupt_mask(): i32;
@external("radon:interrupt", "unmask") export declare function interrupt_unmask(): i32;
@external("radon:interrupt", "preempt") export declare function interrupt_preempt(on: i32): i32;

// radon:kv
@external("radon:kv", "get") export declare function kv_get(key: usize, keyLen: i32, ptr: usize, cap: i32): i32;
@external("radon:kv", "put") export declare function kv_put(key: usize, keyLen: i32, value: usize, valueLen: i32): i32;
@external("radon:kv", "delete") export declare function kv_delete(key: usize, keyLen: i32): i32;
@external("radon:kv", "scan") export declare function kv_scan(start: usize, startLen: i32, end: usize, endLen: i32, limit: i32, reverse: i32, ptr: usize, cap: i32): i32;

// radon:naming
@external("radon:naming", "resolve") export declare function naming_resolve(name: usize, nameLen: i32, ptr: usize, cap: i32): i32;
@external("radon:naming", "lookup") export declare function naming_lookup(scope: usize, scopeLen: i32, pattern: usize, patternLen: i32, all: i32, limit: i32, ptr: usize, cap: i32): i32;
@external("radon:naming", "alias") export declare function naming_alias(scope: usize, scopeLen: i32, value: usize, valueLen: i32): i32;
@external("radon:naming", "unalias") export declare function naming_unalias(scope: usize, scopeLen: i32, value: usize, valueLen: i32): i32;

// radon:http
@external("radon:http", "head") export declare function http_head(ptr: usize, cap: i32): i32;
@external("radon:http", "respond") export declare function http_respond(status: i32, headers: usize, headersLen: i32, ptr: usize, len: i32): i32;
@external("radon:http", "fetch") export declare function http_fetch(request: usize, requestLen: i32, body: usize, bodyLen: i32): i64;
