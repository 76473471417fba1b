//! Results that come later: replies, timers, responses.

use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::time::Duration;

use crate::error::{Code, Result};
use crate::outcome::{failure, Outcome};
use crate::time::{milliseconds, FOREVER};
use crate::{bytes, callback, host};

/// Something that completes later: a request by its reply, a timer, an outgoing HTTP request by its response.
///
/// Waiting is an ordinary call, [`wait`](Future::wait): it is no future of `std`, and there is nothing to poll by hand. Several may be
/// under way at a time. One that is dropped is given up, as by [`cancel`](Future::cancel); it belongs to the instance and ends with it.
#[must_use = "a future that is dropped is given up"]
pub struct Future<T: FromPayload = Vec<u8>> {
    id: i64,
    result: PhantomData<fn() -> T>,
}

/// What a future may complete with.
pub trait FromPayload: Sized + sealed::Sealed {
    #[doc(hidden)]
    fn from_payload(payload: Vec<u8>) -> Result<Self>;
}

impl FromPayload for Vec<u8> {
    fn from_payload(payload: Vec<u8>) -> Result<Vec<u8>> {
        Ok(payload)
    }
}

impl FromPayload for () {
    fn from_payload(_payload: Vec<u8>) -> Result<()> {
        Ok(())
    }
}

pub(crate) mod sealed {
    pub trait Sealed {}
    impl Sealed for Vec<u8> {}
    impl Sealed for () {}
}

/// Sends a request; the future completes with the reply. It leaves when the turn is committed, at the latest when it is waited for.
///
/// The future fails with `TIMEOUT` when the timeout runs out ([`FOREVER`](crate::FOREVER) never does), with `REMOTE` if the other atom
/// fails, with `NOT_FOUND` if it is gone, with `DEADLOCK` if it waits for this one and takes no re-entrant requests. The call itself fails like
/// [`send`](crate::send).
pub fn request(to: impl AsRef<str>, payload: impl AsRef<[u8]>, timeout: Duration) -> Result<Future> {
    Future::new(host::request(to.as_ref().as_bytes(), payload.as_ref(), milliseconds(timeout)))
}

/// **Blocks** for the reply to a request: [`request`] and [`wait`](Future::wait) in one.
pub fn ask(to: impl AsRef<str>, payload: impl AsRef<[u8]>, timeout: Duration) -> Result<Vec<u8>> {
    request(to, payload, timeout)?.wait()
}

/// A future that completes after that time.
pub fn timer(time: Duration) -> Result<Future<()>> {
    Future::new(host::timer(milliseconds(time)))
}

impl<T: FromPayload> Future<T> {
    /// The future that the runtime has just made.
    pub(crate) fn new(id: i64) -> Result<Future<T>> {
        Ok(Future { id: bytes::checked_id(id)?, result: PhantomData })
    }

    /// **Blocks** until it completes.
    pub fn wait(self) -> Result<T> {
        let id = self.into_id();
        bytes::received(|to| host::await_future(id, milliseconds(FOREVER), to)).and_then(T::from_payload)
    }

    /// **Blocks** until it completes, but no longer than that: `None` if it has not, and then it may be waited for again. Its result is
    /// handed out once; afterwards it is `NOT_FOUND`.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<Option<T>> {
        match bytes::received(|to| host::await_future(self.id, milliseconds(timeout), to)) {
            // Either this wait timed out, or the request did.
            Err(error) if error.code() == Code::Timeout && host::poll(self.id) == 0 => Ok(None),
            result => result.and_then(T::from_payload).map(Some),
        }
    }

    /// Whether it has completed, without waiting; the error that it failed with.
    pub fn poll(&self) -> Result<bool> {
        bytes::checked(host::poll(self.id)).map(|state| state != 0)
    }

    /// Completes it with `CANCELLED`, unless it has completed. A request that was sent is handled all the same.
    pub fn cancel(&self) -> Result<()> {
        bytes::done(host::cancel(self.id))
    }

    /// Runs a closure with its result once it completes, at a blocking point, or while a reactive atom is at rest.
    ///
    /// It runs on top of the code that is blocked: see [callbacks](crate#callbacks). An error that it returns is logged.
    pub fn on_complete<R: Outcome>(self, handler: impl FnOnce(Result<T>) -> R + 'static) -> Result<Completion> {
        let token = callback::add_future(move |result| {
            if let Some(error) = failure(handler(result.and_then(T::from_payload))) {
                crate::error!("{}", error);
            }
        });
        let id = self.into_id();
        let registered = bytes::done(host::on_complete(id, token));
        if registered.is_err() {
            callback::remove_future(token);
        }
        registered.map(|()| Completion { id })
    }

    /// Its id; it is not given up.
    fn into_id(self) -> i64 {
        let id = self.id;
        mem::forget(self);
        id
    }
}

impl<T: FromPayload> Drop for Future<T> {
    fn drop(&mut self) {
        // It fails if the result was taken, and there is nothing left to give up.
        host::cancel(self.id);
    }
}

impl<T: FromPayload> fmt::Debug for Future<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Future({})", self.id)
    }
}

/// A future whose result a closure gets. Dropping it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Completion {
    id: i64,
}

impl Completion {
    /// Completes the future with `CANCELLED`, with which the closure then runs. `NOT_FOUND` if it has run.
    pub fn cancel(self) -> Result<()> {
        bytes::done(host::cancel(self.id))
    }
}
