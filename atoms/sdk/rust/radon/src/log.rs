//! The atom's log: `radon::info!("{} orders", n)` and its like.

use std::fmt;

use crate::host;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Trace = 0,
    Debug = 1,
    Info = 2,
    Warn = 3,
    Error = 4,
}

/// Writes a line: `log(Level::Warn, format_args!("{} left", n))`, or the macro of the level. The runtime keeps the first 8 KiB.
pub fn log(level: Level, text: impl fmt::Display) {
    host::log(level as i32, text.to_string().as_bytes());
}

/// Logs a line at level trace, with the arguments of `format!`.
#[macro_export]
macro_rules! trace { ($($text:tt)+) => { $crate::log($crate::Level::Trace, ::core::format_args!($($text)+)) }; }

/// Logs a line at level debug, with the arguments of `format!`.
#[macro_export]
macro_rules! debug { ($($text:tt)+) => { $crate::log($crate::Level::Debug, ::core::format_args!($($text)+)) }; }

/// Logs a line at level info, with the arguments of `format!`.
#[macro_export]
macro_rules! info { ($($text:tt)+) => { $crate::log($crate::Level::Info, ::core::format_args!($($text)+)) }; }

/// Logs a line at level warn, with the arguments of `format!`.
#[macro_export]
macro_rules! warn { ($($text:tt)+) => { $crate::log($crate::Level::Warn, ::core::format_args!($($text)+)) }; }

/// Logs a line at level error, with the arguments of `format!`.
#[macro_export]
macro_rules! error { ($($text:tt)+) => { $crate::log($crate::Level::Error, ::core::format_args!($($text)+)) }; }
