//! Writes Radon atoms in Rust.
//!
//! ```no_run
//! use radon::{kv, Message, Result};
//!
//! /// Adds what it is sent, and replies with the sum so far.
//! fn handle(message: Message) -> Result<(), Box<dyn std::error::Error>> {
//!     let sum = kv::get_as::<i64>("sum")?.unwrap_or(0) + message.text()?.parse::<i64>()?;
//!     kv::put("sum", sum.to_string())?;
//!     message.reply(sum.to_string())?;
//!     Ok(())
//! }
//!
//! radon::reactive!(handle);
//! # fn main() {}
//! ```
//!
//! An atom is a crate of type `cdylib` with one entry, [`reactive!`] or [`daemon!`]. The names are those of the ABI; each function of it is
//! here, and a function that an atom does not use is not imported, so the grants that it needs follow from what it uses.
//!
//! # Blocking
//!
//! A function that says **Blocks** is an ordinary call that takes its time. Before it waits, the turn is committed: writes become durable,
//! messages leave. An atom has one thread, and nothing here is `async`.
//!
//! # Callbacks
//!
//! Closures for interrupts, completed futures and re-entrant requests run while the atom is blocked, on top of the code that is: by the
//! time that [`sleep`] returns, any number of them may have run. Three things follow.
//!
//! * A `RefCell` that is borrowed across a call which blocks is still borrowed in a callback, where borrowing it again panics. End the
//!   borrow first, or use a `Cell`. The crate itself holds no borrow while it blocks or runs a closure.
//! * A closure for an interrupt or a re-entrant request may block, and then be entered again before it has ended. So it is an `Fn`: with an
//!   `FnMut` the second call would alias what the first one has borrowed exclusively. State goes into a `Cell`, a `RefCell` or the store. A
//!   closure for a future runs once and is an `FnOnce`.
//! * Callbacks end in the reverse order of their beginning: the code below goes on when all that is on top of it has returned.
//!
//! # Failures and panics
//!
//! What is to be expected is an [`Error`], with a [`Code`] and a sentence. A panic is a bug: it traps the atom, with its message and place as
//! the text of the trap. The turn is dropped, and the atom starts anew.

#![deny(unsafe_code, unsafe_op_in_unsafe_fn)]
#![warn(rust_2018_idioms)]

mod abi;
mod bytes;
mod callback;
mod config;
#[doc(hidden)]
pub mod entry;
mod error;
mod future;
mod host;
pub mod http;
pub mod interrupt;
mod json;
pub mod kv;
mod log;
mod message;
mod messaging;
pub mod naming;
mod outcome;
mod panics;
mod random;
mod reply_token;
mod time;

pub use config::{config, config_as, self_name};
pub use error::{Code, Error, Result};
pub use future::{ask, request, timer, Completion, FromPayload, Future};
pub use log::{log, Level};
pub use message::{Kind, Message};
pub use messaging::{interrupt, on_reentrant, receive, receive_timeout, send};
pub use outcome::Outcome;
pub use random::{random, random_u64};
pub use reply_token::ReplyToken;
pub use time::{monotonic, now, sleep, yield_now, FOREVER};
