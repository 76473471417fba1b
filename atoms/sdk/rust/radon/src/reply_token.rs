//! Answering a request later.

use crate::{bytes, host, Result};

/// Answers a request after other messages were received, or after the instance that took it has ended: it is a number, which may be
/// kept in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplyToken(i64);

impl ReplyToken {
    /// Answers the request. `NOT_FOUND` if it is answered already, `BUSY` if it may be tried again.
    pub fn reply(self, payload: impl AsRef<[u8]>) -> Result<()> {
        bytes::done(host::reply_to(self.0, payload.as_ref()))
    }

    /// The token that [`raw`](ReplyToken::raw) was asked of.
    pub fn from_raw(number: i64) -> ReplyToken {
        ReplyToken(number)
    }

    /// Its number, to be kept.
    pub fn raw(self) -> i64 {
        self.0
    }
}
