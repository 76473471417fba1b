//! The SDK for atoms in Zig: the functions of the ABI (docs/abi.md) as a Zig author expects them.
//!
//! Whoever gets bytes owns them: functions that return some take an allocator. In a handler, `message.allocator` is an arena that
//! lasts as long as the handler. Failures are errors; `lastError` has the sentence of the latest one.
const atom = @import("atom.zig");
const bytes = @import("bytes.zig");
const errors = @import("errors.zig");
const messages = @import("message.zig");
const messaging = @import("messaging.zig");
const futures = @import("future.zig");
const panics = @import("panic.zig");

pub const clock = @import("clock.zig");
pub const config = @import("config.zig");
pub const http = @import("http.zig");
pub const interrupts = @import("interrupts.zig");
pub const kv = @import("kv.zig");
pub const log = @import("log.zig");
pub const naming = @import("naming.zig");

pub const reactive = atom.reactive;
pub const daemon = atom.daemon;
pub const migrate = atom.migrate;

pub const Error = errors.Error;
pub const codeOf = errors.codeOf;
pub const lastError = errors.lastError;

pub const Message = messages.Message;
pub const Kind = messages.Kind;
pub const receive = messages.receive;

pub const send = messaging.send;
pub const interrupt = messaging.interrupt;
pub const onReentrant = messaging.onReentrant;
pub const ReplyToken = messaging.ReplyToken;

pub const Future = futures.Future;
pub const request = futures.request;
pub const ask = futures.ask;
pub const timer = futures.timer;

pub const sleep = clock.sleep;
pub const yield = clock.yield;
pub const random = clock.random;
pub const selfName = config.selfName;

/// For the root file, so that a panic's words are logged: `pub const panic = radon.panic;`
pub const panic = panics.panic;

/// A duration without end.
pub const forever: i64 = -1;

/// What lives as long as the instance.
pub const allocator = bytes.instance_allocator;
