//! Sending and receiving.

use std::time::Duration;

use crate::error::{Code, Result};
use crate::message::{Kind, Message};
use crate::outcome::{failure, Outcome};
use crate::time::{milliseconds, FOREVER};
use crate::{bytes, callback, host};

/// **Blocks** for the next message, which becomes the current one.
///
/// A reactive atom has received its message when its handler runs; it may receive more, and all of them are consumed when the
/// handler returns.
pub fn receive() -> Result<Message> {
    receive_within(FOREVER)
}

/// **Blocks** for the next message, but no longer than that; `None` if none came in that time.
pub fn receive_timeout(timeout: Duration) -> Result<Option<Message>> {
    match receive_within(timeout) {
        Err(error) if error.code() == Code::Timeout => Ok(None),
        received => received.map(Some),
    }
}

fn receive_within(timeout: Duration) -> Result<Message> {
    let payload = bytes::received(|to| host::receive(milliseconds(timeout), to))?;
    Ok(Message::current(Kind::of(host::kind()), payload))
}

/// Sends a one-way message: exactly once, and in order for each pair of atoms. It leaves when the turn is committed.
///
/// `to` is a global name, `runtime/atom`, or an atom's name alone: then it is the atom of that name in this runtime if there is one,
/// else any. Fails with `NOT_FOUND`, `INVALID`, `TOO_LARGE`, or `BUSY`.
pub fn send(to: impl AsRef<str>, payload: impl AsRef<[u8]>) -> Result<()> {
    bytes::done(host::send(to.as_ref().as_bytes(), payload.as_ref()))
}

/// Interrupts an atom: what it has registered for the signal runs, even while it is blocked. Fails like [`send`].
pub fn interrupt(to: impl AsRef<str>, signal: i32, payload: impl AsRef<[u8]>) -> Result<()> {
    bytes::done(host::interrupt(to.as_ref().as_bytes(), signal, payload.as_ref()))
}

/// Answers requests that come back to this atom while it awaits one of its own; without it they fail with `DEADLOCK`. A later call
/// takes the place of an earlier one.
///
/// The handler runs on top of the code that waits, and may itself be nested: see [callbacks](crate#callbacks). An error that it
/// returns is the answer of a request that has none yet.
pub fn on_reentrant<R: Outcome>(handler: impl Fn(Message) -> R + 'static) -> Result<()> {
    callback::set_reentrant(move |message| handle(message, &handler));
    bytes::done(host::on_reentrant(callback::REENTRANT_TOKEN))
}

/// Runs a handler. Its error is the answer of a request that waits for one, or a line in the log.
pub(crate) fn handle<R: Outcome>(message: Message, handler: impl FnOnce(Message) -> R) {
    let identity = message.identity();
    if let Some(error) = failure(handler(message)) {
        let reason = error.to_string();
        let awaits_answer = matches!(identity.kind, Kind::Request | Kind::Http);
        if !awaits_answer || identity.fail(&reason).is_err() {
            crate::error!("{}", reason);
        }
    }
}
