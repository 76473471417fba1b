//! What handlers may return: nothing, or a `Result` of any error, so that `?` works in them.

use std::error::Error as StdError;

use crate::error::{Code, Error};

/// How a handler ended: `()`, or `Result<(), E>` where `E` is an error, a text, or a box of an error.
pub trait Outcome {
    #[doc(hidden)]
    fn into_result(self) -> Result<(), Box<dyn StdError>>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), Box<dyn StdError>> {
        Ok(())
    }
}

impl<E: Into<Box<dyn StdError>>> Outcome for Result<(), E> {
    fn into_result(self) -> Result<(), Box<dyn StdError>> {
        self.map_err(Into::into)
    }
}

/// The failure that is worth a word: that the atom is being stopped is none.
pub(crate) fn failure(outcome: impl Outcome) -> Option<Box<dyn StdError>> {
    let error = outcome.into_result().err()?;
    let is_closed = error.downcast_ref::<Error>().map_or(false, |error| error.code() == Code::Closed);
    (!is_closed).then_some(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_error_is_an_outcome() {
        assert!(failure(()).is_none());
        assert!(failure(Ok::<(), Error>(())).is_none());
        assert_eq!(failure(Err::<(), _>("no")).unwrap().to_string(), "no");
        assert_eq!(failure("x".parse::<i32>().map(drop)).unwrap().to_string(), "invalid digit found in string");
        let busy = Error::new(Code::Busy, "Later.");
        assert_eq!(failure(Err::<(), _>(busy)).unwrap().to_string(), "BUSY: Later.");
    }

    #[test]
    fn an_atom_that_is_being_stopped_has_not_failed() {
        let closed = || Error::new(Code::Closed, "The atom is being stopped.");
        assert!(failure(Err::<(), _>(closed())).is_none());
        let boxed: Box<dyn StdError> = Box::new(closed());
        assert!(failure(Err::<(), _>(boxed)).is_none());
    }
}
