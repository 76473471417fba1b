//! Where the runtime enters an atom.

use std::cell::Cell;

use crate::message::Message;
use crate::outcome::{failure, Outcome};
use crate::{messaging, panics};

/// Makes the crate a reactive atom: `handle` runs once for each message.
///
/// `handle` is a function or closure of a [`Message`](crate::Message) that returns `()` or `Result<(), E>`. An error is the answer of a
/// request that has none yet: whoever asked gets `REMOTE` and its text. After any other message it is logged.
///
/// With `start`, a function without parameters runs once before the first message of an instance: the place to register callbacks.
/// An error of it traps the atom.
///
/// ```no_run
/// # use radon::{Message, Result};
/// # fn main() {}
/// fn start() -> Result<()> {
///     radon::on_reentrant(|message| message.reply("I am waiting for you."))
/// }
///
/// fn handle(message: Message) -> Result<()> {
///     message.reply(message.payload())
/// }
///
/// radon::reactive!(handle, start = start);
/// ```
#[macro_export]
macro_rules! reactive {
    ($handle:expr $(,)?) => {
        $crate::reactive!($handle, start = || ());
    };
    ($handle:expr, start = $start:expr $(,)?) => {
        $crate::exports!($crate::entry::reactive($start, $handle));
    };
}

/// Makes the crate a daemon: `main` runs once, and goes on for as long as the atom lives.
///
/// `main` is a function without parameters that returns `()` or `Result<(), E>`. A return ends the atom; an error traps it, so that it is
/// started again, unless it is `CLOSED`, with which a blocking call says that the atom is being stopped.
///
/// ```no_run
/// # mod atom {
/// # use radon::Result;
/// fn main() -> Result<()> {
///     loop {
///         radon::info!("{} says {:?}", radon::self_name(), radon::receive()?.payload());
///     }
/// }
///
/// radon::daemon!(main);
/// # }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! daemon {
    ($main:expr $(,)?) => {
        $crate::exports!($crate::entry::daemon($main));
    };
}

/// Beside [`reactive!`](crate::reactive) or [`daemon!`](crate::daemon): takes over the store that another version of the atom wrote.
///
/// `migrate` is a function without parameters that returns `()` or `Result<(), E>`. It runs once, before any message of this version. All that it
/// does happens, or, if it fails, nothing: then it is tried again, while messages wait. It cannot block.
///
/// ```no_run
/// # mod atom {
/// # use radon::{kv, Message, Result};
/// # fn handle(_: Message) {}
/// # radon::reactive!(handle);
/// fn migrate() -> Result<()> {
///     if let Some(count) = kv::get("count")? {
///         kv::put("total", count)?;
///     }
///     Ok(())
/// }
///
/// radon::migrate!(migrate);
/// # }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! migrate {
    ($migrate:expr $(,)?) => {
        #[export_name = "migrate"]
        pub extern "C" fn radon_migrate() {
            $crate::entry::migrate($migrate)
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! exports {
    ($body:expr) => {
        #[no_mangle]
        pub extern "C" fn invoke() {
            $body
        }

        #[no_mangle]
        pub extern "C" fn radon_callback(kind: i32, token: i32, length: i32) {
            $crate::entry::callback(kind, token, length)
        }
    };
}

pub use crate::callback::enter as callback;

/// One call of a reactive atom's `invoke`.
pub fn reactive<S: Outcome, H: Outcome>(start: impl FnOnce() -> S, handle: impl FnOnce(Message) -> H) {
    prepare(start);
    // It fails only when the atom is being stopped before it saw the message, which the next instance gets then.
    if let Ok(message) = messaging::receive() {
        messaging::handle(message, handle);
    }
}

/// The migration of another version's store.
pub fn migrate<R: Outcome>(migrate: impl FnOnce() -> R) {
    panics::make_readable();
    if let Some(error) = failure(migrate()) {
        panics::end(&*error);
    }
}

/// The life of a daemon.
pub fn daemon<R: Outcome>(main: impl FnOnce() -> R) {
    panics::make_readable();
    if let Some(error) = failure(main()) {
        panics::end(&*error);
    }
}

fn prepare<S: Outcome>(start: impl FnOnce() -> S) {
    thread_local! { static IS_STARTED: Cell<bool> = const { Cell::new(false) }; }
    if IS_STARTED.with(Cell::get) {
        return;
    }
    panics::make_readable();
    if let Some(error) = failure(start()) {
        panics::end(&*error);
    }
    IS_STARTED.with(|is_started| is_started.set(true));
}
