//! Failures that are to be expected, each with a code to decide by and a sentence to read. Bugs panic instead.

use std::fmt;

use crate::{bytes, host};

/// The result of nearly everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: Code,
    message: String,
}

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error { code, message: message.into() }
    }

    /// What a program decides by.
    pub fn code(&self) -> Code {
        self.code
    }

    /// A sentence for a human being, without the code.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The failure of the call that has just answered this number.
    pub(crate) fn of_last_call(number: i32) -> Error {
        let message = bytes::received(host::last_error).unwrap_or_default();
        Error::new(Code::of(number), String::from_utf8_lossy(&message))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Error {
        Error::new(Code::Invalid, message)
    }
}

/// `TIMEOUT: The time allowed for the call ran out.`
impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}

macro_rules! codes {
    ($($(#[$about:meta])* $code:ident = $number:literal $name:literal;)*) => {
        /// The error codes of the ABI.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$about])* $code,)*
            /// A code of a later version of the ABI.
            Other(i32),
        }

        impl Code {
            /// The code of a negative result.
            pub fn of(number: i32) -> Code {
                match number { $($number => Code::$code,)* other => Code::Other(other) }
            }

            /// The number that the ABI has for it.
            pub fn number(self) -> i32 {
                match self { $(Code::$code => $number,)* Code::Other(number) => number }
            }

            /// The name that the ABI has for it: `NOT_FOUND`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$code => $name,)* Code::Other(_) => "OTHER" }
            }
        }
    };
}

codes! {
    /// An argument is malformed.
    Invalid = -1 "INVALID";
    /// No such key, atom, alias, future, ...
    NotFound = -2 "NOT_FOUND";
    /// The time allowed ran out.
    Timeout = -3 "TIMEOUT";
    /// The atom's configuration does not grant it.
    Denied = -4 "DENIED";
    /// Over a limit.
    TooLarge = -5 "TOO_LARGE";
    /// The future was cancelled.
    Cancelled = -6 "CANCELLED";
    /// The peer answered with a failure.
    Remote = -7 "REMOTE";
    /// A queue on the way is full: try again later.
    Busy = -8 "BUSY";
    /// The atom is being stopped: return, for the next blocking call ends the instance.
    Closed = -9 "CLOSED";
    /// This runtime does not offer it, or not here.
    Unsupported = -10 "UNSUPPORTED";
    /// The request came back to an atom that waits for it and takes no re-entrant requests.
    Deadlock = -11 "DEADLOCK";
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Code::Other(number) => write!(formatter, "OTHER({})", number),
            code => formatter.write_str(code.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_its_number_and_back() {
        for number in -12..0 {
            assert_eq!(Code::of(number).number(), number);
        }
        assert_eq!(Code::of(-2), Code::NotFound);
        assert_eq!(Code::of(-12), Code::Other(-12));
    }

    #[test]
    fn an_error_shows_its_code_and_its_sentence() {
        let error = Error::new(Code::TooLarge, "The value has 9 bytes.");
        assert_eq!(error.to_string(), "TOO_LARGE: The value has 9 bytes.");
        assert_eq!(Code::Other(-40).to_string(), "OTHER(-40)");
    }
}
