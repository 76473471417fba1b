//! Messages: what `receive` returns, and what callbacks are called with.
//!
//! The ABI answers and describes the *current* message only: the one received last, in a callback the one it was called with. So each
//! message has a number, and all that is asked of one that is no longer current fails with `INVALID` rather than meaning another one.

use std::cell::Cell;
use std::str;

use crate::error::{Error, Result};
use crate::reply_token::ReplyToken;
use crate::{bytes, host, http};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Nobody waits for an answer.
    OneWay,
    /// An atom, or somebody at the control API, waits for a reply.
    Request,
    /// An HTTP client waits for a response: see [`Message::into_http`].
    Http,
    Interrupt,
}

impl Kind {
    pub(crate) fn of(number: i32) -> Kind {
        match number {
            1 => Kind::Request,
            2 => Kind::Http,
            3 => Kind::Interrupt,
            _ => Kind::OneWay,
        }
    }
}

/// A message, a request, an HTTP request or an interrupt.
///
/// The payload is the program's own for as long as it likes. Who sent it, and answering it, belong to the current message: the one that
/// was received last, or in a callback the one that it was called with. With an older one they fail with `INVALID`; to answer after the
/// next `receive`, take the [`ReplyToken`] before.
#[derive(Debug)]
pub struct Message {
    payload: Vec<u8>,
    identity: Identity,
}

/// Which message it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity {
    pub kind: Kind,
    number: u64,
}

thread_local! {
    /// The number of the message that the runtime means by the current one; 0 if there is none.
    static CURRENT: Cell<u64> = const { Cell::new(0) };
    static LAST: Cell<u64> = const { Cell::new(0) };
}

impl Message {
    /// The message that has just become the current one.
    pub(crate) fn current(kind: Kind, payload: Vec<u8>) -> Message {
        let number = LAST.with(Cell::get) + 1;
        LAST.with(|last| last.set(number));
        CURRENT.with(|current| current.set(number));
        Message { payload, identity: Identity { kind, number } }
    }

    pub fn kind(&self) -> Kind {
        self.identity.kind
    }

    /// True if an atom waits for a reply. An HTTP request is none of these.
    pub fn is_request(&self) -> bool {
        self.kind() == Kind::Request
    }

    pub fn is_http(&self) -> bool {
        self.kind() == Kind::Http
    }

    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    pub fn into_payload(self) -> Vec<u8> {
        self.payload
    }

    /// The payload as text; `INVALID` if it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        str::from_utf8(&self.payload).map_err(|_| Error::invalid("The payload is not UTF-8."))
    }

    /// The sender's global name; `None` if no atom sent it: it came by HTTP or the control API.
    pub fn sender(&self) -> Result<Option<String>> {
        self.identity.check()?;
        let name = bytes::received_text(host::sender)?;
        Ok((!name.is_empty()).then_some(name))
    }

    /// 1 for a first delivery; more if the atom ended in the midst of this message.
    pub fn attempt(&self) -> Result<u32> {
        self.identity.check()?;
        bytes::checked(host::attempt()).map(|attempt| attempt as u32)
    }

    /// Answers a request; for an HTTP request it is a 200. `BUSY` leaves the request open, so that it may be tried again.
    pub fn reply(&self, payload: impl AsRef<[u8]>) -> Result<()> {
        self.identity.check()?;
        bytes::done(host::reply(payload.as_ref()))
    }

    /// Answers a request with a failure: whoever asked gets `REMOTE` and this reason, an HTTP client a 502.
    pub fn fail(&self, reason: impl AsRef<str>) -> Result<()> {
        self.identity.fail(reason.as_ref())
    }

    /// Keeps a request open after this message is done with: what answers it later.
    pub fn reply_token(&self) -> Result<ReplyToken> {
        self.identity.check()?;
        bytes::checked_id(host::reply_token()).map(ReplyToken::from_raw)
    }

    /// The message as an HTTP request; `NOT_FOUND` if it is none.
    pub fn into_http(self) -> Result<http::Request> {
        http::Request::new(self)
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }
}

impl Identity {
    pub fn fail(self, reason: &str) -> Result<()> {
        self.check()?;
        bytes::done(host::fail(reason.as_bytes()))
    }

    pub fn check(self) -> Result<()> {
        if self.number == CURRENT.with(Cell::get) {
            return Ok(());
        }
        Err(Error::invalid("This message is no longer the current one. Take its reply_token() before the next receive()."))
    }
}

/// While it lives there is no current message, or that of a callback; afterwards it is again what it was.
pub(crate) struct Nested {
    outer: u64,
}

impl Nested {
    pub fn enter() -> Nested {
        Nested { outer: CURRENT.with(|current| current.replace(0)) }
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        CURRENT.with(|current| current.set(self.outer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn only_the_message_received_last_is_current() {
        let first = Message::current(Kind::Request, b"first".to_vec());
        assert!(first.identity.check().is_ok());
        let second = Message::current(Kind::Request, b"second".to_vec());
        assert_eq!(first.reply("late").unwrap_err().code(), Code::Invalid);
        assert!(second.identity.check().is_ok());
        assert_eq!(first.text().unwrap(), "first");
    }

    #[test]
    fn a_callback_has_a_current_message_of_its_own() {
        let outer = Message::current(Kind::Request, Vec::new());
        {
            let _nested = Nested::enter();
            assert!(outer.identity.check().is_err());
            let inner = Message::current(Kind::Interrupt, Vec::new());
            assert!(inner.identity.check().is_ok());
        }
        assert!(outer.identity.check().is_ok());
    }

    #[test]
    fn bytes_that_are_no_text_are_invalid() {
        let message = Message::current(Kind::OneWay, vec![0xc3]);
        assert_eq!(message.text().unwrap_err().code(), Code::Invalid);
        assert_eq!(message.into_payload(), [0xc3]);
    }
}
