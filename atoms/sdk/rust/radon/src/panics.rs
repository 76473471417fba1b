//! Panics as the runtime reports them: the text of a trap, which the log, the dead letters and whoever asked get to see.

use std::any::Any;
use std::cell::Cell;
use std::panic;

use crate::host;

/// From now on a panic traps with its message and place instead of a bare `unreachable`. Does so once.
pub fn make_readable() {
    thread_local! { static IS_DONE: Cell<bool> = const { Cell::new(false) }; }
    if IS_DONE.with(|is_done| is_done.replace(true)) {
        return;
    }
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!(" ({}:{}:{})", at.file(), at.line(), at.column()));
        host::abort(&format!("panicked: {}{}", message_of(info.payload()), place.unwrap_or_default()))
    }));
}

/// A panic with no place in a program: what ended a daemon, or kept an atom from starting.
pub fn end(error: &dyn std::error::Error) -> ! {
    host::abort(&error.to_string())
}

fn message_of(payload: &(dyn Any + Send)) -> &str {
    let literal = payload.downcast_ref::<&str>().copied();
    let formatted = payload.downcast_ref::<String>().map(String::as_str);
    literal.or(formatted).unwrap_or("a value that is no text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_panic_is_a_literal_or_formatted() {
        assert_eq!(message_of(&"plain"), "plain");
        assert_eq!(message_of(&String::from("made")), "made");
        assert_eq!(message_of(&7), "a value that is no text");
    }
}
